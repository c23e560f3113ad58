"""A dropped class is gone, and the others are numbered without a gap."""

import numpy as np
import pytest

from fer_kedro.errors import InputError
from fer_kedro.faces import Faces
from fer_kedro.protocols.classes import without_classes


def test_the_others_keep_their_faces_and_order_and_get_new_codes(faces: Faces) -> None:
    narrowed = without_classes(faces, ("cross",))
    assert narrowed.class_names == ("calm", "glad")
    kept = faces.labels != 1
    assert narrowed.table["face_id"].tolist() == faces.table["face_id"][kept].tolist()
    assert narrowed.labels.tolist() == np.where(faces.labels[kept] == 2, 1, 0).tolist()
    assert narrowed.labels.dtype == np.int8
    assert np.array_equal(narrowed.images, faces.images[kept])
    assert narrowed.provenance == faces.provenance


def test_nothing_dropped_is_nothing_copied(faces: Faces) -> None:
    assert without_classes(faces, ()) is faces


def test_a_class_that_the_data_lack_is_named(faces: Faces) -> None:
    with pytest.raises(InputError, match=r"drops the class 'disgust', but the data have calm, cross, glad: correct"):
        without_classes(faces, ("calm", "disgust"))
