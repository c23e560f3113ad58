"""Faces without some of their classes."""

from dataclasses import replace

import numpy as np

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces


def without_classes(faces: Faces, names: tuple[str, ...]) -> Faces:
    """Leave classes out, and number those that remain anew in their order.

    Raises
    ------
    InputError
        If the faces have no class of such a name, or no other.
    """
    if not names:
        return faces
    if unknown := [name for name in names if name not in faces.class_names]:
        raise InputError(
            f"A protocol drops the class '{unknown[0]}', but the data have {', '.join(faces.class_names)}: "
            "correct its drop_classes, or choose another protocol."
        )
    kept = tuple(name for name in faces.class_names if name not in names)
    codes = np.array([kept.index(name) if name in kept else -1 for name in faces.class_names], np.int8)
    emotion = codes[faces.labels]
    narrowed = replace(faces.take(emotion >= 0), class_names=kept)
    return narrowed.with_columns(emotion=emotion[emotion >= 0])
