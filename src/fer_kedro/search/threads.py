"""How many threads a worker computes with: equal bits need an equal number wherever a task runs."""

import os

from fer_kedro.threads import thread_count


def limit_threads(threads: int) -> None:
    """Let TensorFlow and OpenCV use so many threads; only before TensorFlow's first operation has it an effect.

    Raises
    ------
    RuntimeError
        If TensorFlow is at work already with another number.
    """
    import cv2
    import keras

    by_default = thread_count()
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)  # what is recorded, and what checkpoints ask
    cv2.setNumThreads(threads)
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    if (tf.config.threading.get_intra_op_parallelism_threads() or by_default) != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
