"""What all parts of a report share: a width, and how a data source and its split are called."""

from typing import Any

from fer_kedro.evaluation import scored_set
from fer_kedro.faces import PRIVATE_TEST, Provenance

WIDTH = 10.8
SOURCE_NAMES = {"fer2013": "FER-2013", "demo": "Demo faces", "images": "Own images"}
OFFICIAL, OFFICIAL_USAGES = "official split", "official usages"
PRIVATE_TEST_FACES = 3589
NO_WEIGHTS = "none"
"""In place of the pre-trained weights of a run that started from none."""


def provenance(record: dict[str, Any]) -> Provenance:
    """Tell where the faces of a run come from."""
    return Provenance(record["data"]["source"], record["data"]["digest"])


def source_name(source: str) -> str:
    """Write the name of a data source for readers, and after it what was done to its faces, if anything."""
    name, comma, treatment = source.partition(",")
    return SOURCE_NAMES.get(name, name) + comma + treatment


def is_fer2013(source: str) -> bool:
    """Whether these are faces of FER-2013, which the reports speak of, whatever was done to them."""
    return source.partition(",")[0] == "fer2013"


def split_name(data: dict[str, Any]) -> str:
    """Say whose split a run record's `data` are on; of before this was recorded, they are on the official one."""
    names = {"own": "own split", "derived": f"split derived by us, seed {data.get('split_seed')}"}
    return names.get(data.get("split", "official"), OFFICIAL)


def test_set(record: dict[str, Any]) -> str:
    """Name the test faces of a run: runs with equal names were scored on the same ones.

    The official test set is the whole PrivateTest of FER-2013 with nothing done to it, the same in every form of the
    data. All other test faces are known by the digest: those of a part of FER-2013, cropped ones, demo faces, and
    those of another split; and those that a protocol of its own scores, by what it calls them too.
    """
    data, name = record["data"], split_name(record["data"])
    scored = record["scores"].get(PRIVATE_TEST, {}).get("all", {}).get("n")
    if name == OFFICIAL and data["source"] == "fer2013" and scored == PRIVATE_TEST_FACES:
        return OFFICIAL
    digest = f"digest {data['digest']}"
    faces = digest if data["source"] == "demo" else f"{OFFICIAL_USAGES if name == OFFICIAL else name}, {digest}"
    return faces if scored_set(record) == PRIVATE_TEST else f"{test_name(record)}, {faces}"


def test_name(record: dict[str, Any]) -> str:
    """Say which faces the accuracy is of: PrivateTest, or what the run's protocol scores instead."""
    return PRIVATE_TEST if scored_set(record) == PRIVATE_TEST else str(record.get("test_set", "a test set of its own"))


def run_id(record: dict[str, Any]) -> str:
    """Name a run among all: as its namespace, and with its seed if that is not 0."""
    return f"{record['run']}.seed_{record['seed']}" if record["seed"] else str(record["run"])


def block_name(source: object, test_set: object, classes: object) -> str:
    """Write the title of a block of comparable runs; only a test set that is not the official one is mentioned."""
    words = [source_name(str(source)), f"{classes} classes" if classes else "", str(test_set)]
    return ", ".join(word for word in words if word not in {"", OFFICIAL})
