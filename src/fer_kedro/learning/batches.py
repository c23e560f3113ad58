"""Faces as batches for Keras: shuffled and augmented from (seed, epoch, block) alone, so that runs can resume."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from fer_kedro.faces import Images
from fer_kedro.variation import Augmentation
from fer_kedro.vision.augmentation import augment

# The last part of a seed tells streams apart: NumPy takes (1, 2) and (1, 2, 0) for the same.
SHUFFLE, VARY = 1, 2
BLOCK = 2048
"""Faces augmented at once, about: all cores share one short burst; batch by batch, one would wait for another."""
PREDICTION_BATCH = 256
Batch = tuple[npt.NDArray[np.generic], npt.NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """uint8 images (n, 48, 48), or what frozen layers made of them (n, ...), and emotion codes (n,)."""

    images: npt.NDArray[Any]
    labels: npt.NDArray[np.integer]

    def digest(self) -> str:
        """Hash of pixels and labels."""
        hashed = hashlib.sha256(np.ascontiguousarray(self.images).data)
        hashed.update(self.labels.astype(np.int64).tobytes())
        return hashed.hexdigest()


class FaceBatches(keras.utils.PyDataset):
    """uint8 faces (batch, 48, 48, 1), or features (batch, ...), and their labels.

    Parameters
    ----------
    images, labels
        uint8 (n, 48, 48), or features (n, ...), and integers (n,).
    seed
        `None` keeps the order and augments nothing (evaluation); else batches depend on (seed, `epoch`).
    augmentation
        Applied anew in every epoch.
    """

    def __init__(
        self,
        images: npt.NDArray[Any],
        labels: npt.NDArray[np.integer],
        batch_size: int,
        *,
        seed: int | None = None,
        augmentation: Augmentation | None = None,
    ) -> None:
        super().__init__()
        self._images, self._labels, self._batch_size = images, labels.astype(np.int64), batch_size
        self._seed, self._augmentation = seed, augmentation if seed is not None else None
        self._batches_in_block = max(1, BLOCK // batch_size)
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int) -> None:
        """Shuffle for this epoch (from 0)."""
        self.epoch = epoch
        self._varied: tuple[int, Images] | None = None
        rows = np.arange(len(self._images))
        self._order = (
            rows if self._seed is None else np.random.default_rng((self._seed, epoch, SHUFFLE)).permutation(rows)
        )

    def __len__(self) -> int:
        return math.ceil(len(self._images) / self._batch_size)

    def __getitem__(self, batch: int) -> Batch:
        rows = self._rows(batch, 1)
        if self._augmentation is None:
            images = self._images[rows]
        else:
            block, place = divmod(batch, self._batches_in_block)
            images = self._varied_block(block, self._augmentation)[place * self._batch_size :][: len(rows)]
        return images[..., np.newaxis] if images.dtype == np.uint8 else images, self._labels[rows]

    def __iter__(self) -> Iterator[Batch]:
        return (self[number] for number in range(len(self)))

    def _rows(self, first: int, batches: int) -> npt.NDArray[np.intp]:
        return self._order[first * self._batch_size : (first + batches) * self._batch_size]

    def _varied_block(self, block: int, augmentation: Augmentation) -> Images:
        known = self._varied
        if known is None or known[0] != block:
            images = self._images[self._rows(block * self._batches_in_block, self._batches_in_block)]
            rng = np.random.default_rng((self._seed or 0, self.epoch, block, VARY))
            known = self._varied = (block, augment(images, augmentation, rng))
        return known[1]


def without_stall(batches: FaceBatches) -> Any:
    """Wrap batches for `fit`, `evaluate` and `predict`: under TensorFlow, as a tf.data dataset without autotuning.

    Keras' own wrapping leaves autotuning on, and TensorFlow 2.21 then stalls when an epoch ends: by up to a half of a
    short epoch. Under another backend the batches are given as they are.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    first = batches[0][0]
    signature = (tf.TensorSpec((None, *first.shape[1:]), tf.as_dtype(first.dtype)), tf.TensorSpec((None,), tf.int64))
    options = tf.data.Options()
    options.autotune.enabled = False
    dataset = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(len(batches))).prefetch(2).with_options(options)
