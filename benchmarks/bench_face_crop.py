#!/usr/bin/env python3
"""Face cropping by MTCNN beside YuNet: how long it takes, and with --account which faces each of them loses.

python benchmarks/bench_face_crop.py fer2013.csv --yunet face_detection_yunet_2023mar.onnx
python benchmarks/bench_face_crop.py --yunet face_detection_yunet_2023mar.onnx    # demo faces, nothing written

MTCNN needs its package: make detectors. The account looks at every face, which takes some minutes.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.datasets.environment_dataset import git_commit, processor
from fer_kedro.faces import Faces
from fer_kedro.pipelines.ingestion.crop import FaceCropParameters, crop_faces
from fer_kedro.vision.face_detection import find_faces, mtcnn_detector, yunet_detector

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"


def time_detectors(faces: Faces, yunet: Path, repeats: int) -> dict[str, Any]:
    """Best milliseconds a face of each detector on pictures of each size, taken in turns."""
    detectors = {"mtcnn": mtcnn_detector(0.8), "yunet": yunet_detector(yunet, 0.8)}
    ways = {f"{name}_{48 * times}px": (detector, times) for name, detector in detectors.items() for times in (1, 4)}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats + 1):  # the first is slower
        for name, (detector, times) in ways.items():
            started = time.perf_counter()
            find_faces(faces.images, detector, times)
            best[name] = min(best[name], 1000 * (time.perf_counter() - started) / len(faces))
    return {
        "faces": len(faces),
        "ms_a_face": {name: round(value, 2) for name, value in best.items()},
        "mtcnn_to_yunet_by_default": round(best["mtcnn_48px"] / best["yunet_192px"], 1),
        "mtcnn_to_yunet_at_192px": round(best["mtcnn_192px"] / best["yunet_192px"], 1),
        "load_average": round(os.getloadavg()[0], 1),
    }


def account(faces: Faces, yunet: Path) -> dict[str, Any]:
    """Give what each detector loses of all faces by default."""
    settings = [FaceCropParameters(detector="mtcnn"), FaceCropParameters(detector="yunet", yunet_model=yunet)]
    return {
        "faces": len(faces),
        **{parameters.detector: summarise(crop_faces(faces, parameters)[1]) for parameters in settings},
    }


def summarise(account: pd.DataFrame) -> dict[str, Any]:
    """Totals, shares by class, and the counts of faces lost."""
    classes = account.groupby("emotion", observed=False)[["read", "lost"]].sum()
    return {
        "lost": int(account["lost"].sum()),
        "share_lost": round(account["lost"].sum() / account["read"].sum(), 4),
        "share_lost_by_class": (classes["lost"] / classes["read"]).round(4).to_dict(),
        "lost_by_usage_and_class": {
            str(usage): dict(zip(rows["emotion"], rows["lost"].tolist(), strict=True))
            for usage, rows in account.groupby("usage", observed=False)
        },
    }


def main() -> None:
    """Measure, print, and write what was measured on real faces."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?", help="the real FER-2013, in any form")
    parser.add_argument("--yunet", type=Path, required=True, help="YuNet's ONNX file")
    parser.add_argument("--account", action="store_true", help="what is lost of all faces, instead of times")
    parser.add_argument("--faces", type=int, default=512, help="how many to time, drawn at random")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    source = arguments.source
    faces = RawFacesDataset(filepath=source and str(source), demo={"count": 700, "seed": 2013}).load()
    if arguments.account:
        found, file, option = account(faces, arguments.yunet), "face_crop_account.json", " --account"
    else:
        sample = np.random.default_rng(0).choice(len(faces), arguments.faces, replace=False)
        found, file, option = (
            time_detectors(faces.take(sample), arguments.yunet, arguments.repeats),
            "bench_face_crop.json",
            "",
        )
    print(json.dumps(found, indent=2))
    if source:
        found |= {
            "commit": git_commit(),
            "machine": f"{processor()}, {os.cpu_count()} cores",
            "command": f"python benchmarks/bench_face_crop.py {source.name} --yunet {arguments.yunet.name}{option}",
        }
        (RESULTS / file).write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
