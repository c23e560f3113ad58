"""What all parts of a report share: a width, and how a data source is called."""

from typing import Any

from fer_kedro.faces import Provenance

WIDTH = 10.8
SOURCE_NAMES = {"fer2013": "FER-2013", "demo": "Demo faces"}


def provenance(record: dict[str, Any]) -> Provenance:
    """Tell where the faces of a run come from."""
    return Provenance(record["data"]["source"], record["data"]["digest"])


def source_name(source: str) -> str:
    """Write the name of a data source for readers."""
    return SOURCE_NAMES.get(source, source)
