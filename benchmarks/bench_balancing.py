#!/usr/bin/env python3
"""Faces generated a second by the chain of `hejslet_vetterstein`: ours beside the code that it prints.

python benchmarks/bench_balancing.py fer2013.parquet    # writes docs/results/bench_balancing.json too
python benchmarks/bench_balancing.py                    # demo faces, nothing written
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np

from fer_kedro.datasets import RawFacesDataset
from fer_kedro.datasets.environment_dataset import git_commit, processor
from fer_kedro.faces import TRAINING, Images
from fer_kedro.variation import HEJSLET_CHAIN
from fer_kedro.vision.augmentation import augment
from fer_kedro.vision.synthetic import draw_demo_faces

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results" / "bench_balancing.json"
REPORT = "the report's chain"
SUBSET = 5000
"""Faces that the report's chain makes in a round: one by one, so their number does not change its speed."""


def augment_face(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary one face step by step, as the report's code does."""
    height, width = face.shape
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-15, 15), 1.0)
    border = cv2.BORDER_REFLECT_101
    face = cv2.warpAffine(face, rotation, (width, height), flags=cv2.INTER_LINEAR, borderMode=border)
    if rng.random() < 0.5:
        face = cv2.flip(face, 1)
    zoomed = int(width * rng.uniform(0.95, 1.08))
    face = crop_or_pad(cv2.resize(face, (zoomed, zoomed), interpolation=cv2.INTER_LINEAR), width)
    levels = face.astype(np.float32) * rng.uniform(0.9, 1.1) + rng.uniform(-8, 8)
    if rng.random() < 0.3:
        levels += rng.normal(0, 3, levels.shape).astype(np.float32)
    return np.clip(levels, 0, 255).astype(np.uint8)


def crop_or_pad(face: np.ndarray, size: int) -> np.ndarray:
    """Bring a square face back to its size about the centre."""
    first = (len(face) - size) // 2
    if first >= 0:
        return face[first : first + size, first : first + size]
    before, after = -first, size - len(face) + first
    return cv2.copyMakeBorder(face, before, after, before, after, cv2.BORDER_REFLECT_101)


def report(faces: Images) -> None:
    """Vary face after face."""
    rng = np.random.default_rng(0)
    varied = np.empty_like(faces)
    for row, face in enumerate(faces):
        varied[row] = augment_face(face, rng)


def report_with_files(folder: Path, count: int) -> None:
    """Vary face after face, each read from the file of its source and written to a file with a new name."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as written:
        for row in range(count):
            face = cv2.imread(str(folder / f"{row}.jpg"), cv2.IMREAD_GRAYSCALE)
            cv2.imwrite(f"{written}/{uuid4()}.jpg", augment_face(face, rng))


def augment_batches(faces: Images) -> None:
    """Vary batch after batch, as training does on the fly."""
    for start in range(0, len(faces), 64):
        augment(faces[start : start + 64], HEJSLET_CHAIN, np.random.default_rng((0, start)))


def compare(sources: Images, count: int, repeats: int) -> dict[str, dict[str, float]]:
    """Measure all ways in turn, several times: speed and processor time of each, and the ratio."""
    faces = sources[np.random.default_rng(0).integers(len(sources), size=count)]
    with tempfile.TemporaryDirectory() as folder:
        for row, face in enumerate(faces[:SUBSET]):
            cv2.imwrite(f"{folder}/{row}.jpg", face)
        ways: dict[str, tuple[int, Callable[[], object]]] = {
            "ours, two threads": (count, lambda: augment(faces, HEJSLET_CHAIN, 0, threads=2)),
            "ours, one thread": (count, lambda: augment(faces, HEJSLET_CHAIN, 0, threads=1)),
            "ours, batches of 64": (SUBSET, lambda: augment_batches(faces[:SUBSET])),
            REPORT: (SUBSET, lambda: report(faces[:SUBSET])),
            f"{REPORT}, file by file": (SUBSET, lambda: report_with_files(Path(folder), SUBSET)),
        }
        rounds = [{name: np.array(seconds(work)) / made for name, (made, work) in ways.items()} for _ in range(repeats)]
    return {name: summarise(name, rounds) for name in ways}


def summarise(way: str, rounds: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """From rounds of (wall, processor) seconds per face: the best, and the median ratio."""
    wall, cpu = np.min([times[way] for times in rounds], axis=0)
    ratio = np.median([times[REPORT][0] / times[way][0] for times in rounds])
    return {
        "faces_per_second": round(1 / wall),
        "processor_us_per_face": round(cpu * 1e6, 1),
        "times_the_report": round(float(ratio), 2),
    }


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor time of one call; other programs' load shows less in the second."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Read or draw the source faces, compare, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?", help="the real FER-2013, as CSV or Parquet")
    parser.add_argument("--faces", type=int, default=102_400, help="how many to generate")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    source = arguments.source
    faces = RawFacesDataset(filepath=str(source)).load() if source else draw_demo_faces(1000)
    ways = compare(faces.images[faces.rows(TRAINING)], arguments.faces, arguments.repeats)
    for name, measured in ways.items():
        print(
            f"{name:34}",
            "   ".join(f"{value:,} {unit.replace('_', ' ')}" for unit, value in measured.items()),
        )
    if source:
        result = {
            "generated_faces": arguments.faces,
            "ways": ways,
            "commit": git_commit(),
            "machine": f"{processor()}, {os.cpu_count()} cores",
            "command": f"python benchmarks/bench_balancing.py {source.name}",
        }
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
