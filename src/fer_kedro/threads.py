"""How many threads compute: results are equal bit for bit only where this number is."""

import os


def thread_count() -> int:
    """Return what TensorFlow is told to use by `TF_NUM_INTRAOP_THREADS`, else the processors of this process."""
    told = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    if told.isdigit() and int(told):
        return int(told)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
