#!/usr/bin/env python3
"""CSV → `faces` on disk, ours beside pandas and `str.split`, and Parquet → NumPy; each in a fresh process.

python benchmarks/bench_ingestion.py fer2013.csv    # writes docs/results/bench_ingestion.json too
python benchmarks/bench_ingestion.py                # a synthetic CSV, nothing written
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results" / "bench_ingestion.json"


def ingest_as_usual(csv: Path, parquet: Path) -> Callable[[], None]:
    """`pandas.read_csv`, `str.split` of each row, and our Parquet file; nothing is checked."""
    import numpy as np
    import pandas as pd

    from fer_kedro.datasets import FacesDataset
    from fer_kedro.faces import Faces

    def work() -> None:
        rows = pd.read_csv(csv)
        images = np.stack([np.array(text.split(" "), dtype=np.uint8) for text in rows["pixels"]])
        faces = Faces.build(images.reshape(-1, 48, 48), rows["emotion"], rows["Usage"])
        FacesDataset(filepath=str(parquet)).save(faces)

    return work


def ingest(csv: Path, parquet: Path) -> Callable[[], None]:
    """Our datasets, with every label, usage and pixel checked."""
    from fer_kedro.datasets import FacesDataset, RawFacesDataset

    return lambda: FacesDataset(filepath=str(parquet)).save(RawFacesDataset(filepath=str(csv)).load())


def load(csv: Path, parquet: Path) -> Callable[[], None]:
    """Parquet to NumPy."""
    from fer_kedro.datasets import FacesDataset

    def work() -> None:
        FacesDataset(filepath=str(parquet)).load()

    return work


WORK = {"baseline": ingest_as_usual, "ours": ingest, "load": load}


def measure_here(name: str, csv: Path, parquet: Path) -> dict[str, float]:
    """Do the work once in this process: wall and processor seconds without imports, peak memory with them."""
    work = WORK[name](csv, parquet)
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - processor,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(name: str, csv: Path, parquet: Path) -> dict[str, float]:
    """Do the work in a fresh process."""
    command = [sys.executable, __file__, str(csv), "--only", name, "--parquet", str(parquet)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def write_synthetic_csv(path: Path, rows: int) -> None:
    """Write random pixels in the Kaggle layout."""
    import numpy as np

    rng = np.random.default_rng(0)
    with path.open("w") as file:
        file.write("emotion,pixels,Usage\n")
        for row in range(rows):
            pixels = " ".join(map(str, rng.integers(0, 256, 2304).tolist()))
            file.write(f"{row % 7},{pixels},Training\n")


def summarise(runs: dict[str, list[dict[str, float]]], csv: Path) -> dict[str, Any]:
    """Best wall time of each work, the ratio of the two, and where it was measured."""
    from fer_kedro.datasets.environment_dataset import git_commit, processor

    best = {name: min(run["wall_s"] for run in done) for name, done in runs.items()}
    return {
        "csv_mb": round(csv.stat().st_size / 1e6, 1),
        "baseline_s": round(best["baseline"], 2),
        "ours_s": round(best["ours"], 2),
        "ratio": round(best["baseline"] / best["ours"], 1),
        "ratios": [round(a["wall_s"] / b["wall_s"], 1) for a, b in zip(runs["baseline"], runs["ours"], strict=True)],
        "baseline_cpu_s": round(min(run["cpu_s"] for run in runs["baseline"]), 2),
        "ours_cpu_s": round(min(run["cpu_s"] for run in runs["ours"]), 2),
        "baseline_peak_mb": round(max(run["peak_mb"] for run in runs["baseline"])),
        "ours_peak_mb": round(max(run["peak_mb"] for run in runs["ours"])),
        "parquet_to_numpy_s": round(best["load"], 3),
        "load_average": round(os.getloadavg()[0], 1),
        "commit": git_commit(),
        "machine": processor(),
        "command": f"python benchmarks/bench_ingestion.py {csv.name}",
    }


def compare(csv: Path, repeats: int) -> dict[str, Any]:
    """Measure all works in turn, several times, and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        parquet = Path(folder) / "faces.parquet"
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in WORK}
        for _ in range(repeats):
            for name, done in runs.items():
                done.append(measure(name, csv, parquet))
    summary = summarise(runs, csv)
    print("\n".join(f"{name:20} {value}" for name, value in summary.items()))
    return summary


def main() -> None:
    """Compare, or do one work in this process for the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=5000, help="rows of the synthetic CSV")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--parquet", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(measure_here(arguments.only, arguments.csv, arguments.parquet)))
    elif arguments.csv:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(compare(arguments.csv, arguments.repeats), indent=2) + "\n")
    else:
        with tempfile.TemporaryDirectory() as folder:
            synthetic = Path(folder) / "synthetic.csv"
            write_synthetic_csv(synthetic, arguments.rows)
            compare(synthetic, arguments.repeats)


if __name__ == "__main__":
    main()
