"""What all parts of a report share: a width, and how a data source and its split are called."""

from typing import Any

from fer_kedro.faces import Provenance

WIDTH = 10.8
SOURCE_NAMES = {"fer2013": "FER-2013", "demo": "Demo faces", "images": "Own images"}
OFFICIAL = "official split"


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


def test_set(data: dict[str, Any]) -> str:
    """Name the test faces of a run record's `data`: runs with equal names were scored on the same ones.

    The official split is the same in every form of FER-2013. Others are known by the digest of their faces.
    """
    name = split_name(data)
    return name if name == OFFICIAL else f"{name}, digest {data['digest']}"


def block_name(source: object, test_set: object, classes: object) -> str:
    """Write the title of a block of comparable runs; only an unofficial split is mentioned."""
    return ", ".join(
        [source_name(str(source)), f"{classes} classes", *([] if test_set == OFFICIAL else [str(test_set)])]
    )
