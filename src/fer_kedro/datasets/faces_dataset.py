"""`Faces` as one Parquet file that pandas, polars and DuckDB open too."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import AbstractDataset
from kedro_datasets._typing import ImagePreview

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError
from fer_kedro.faces import SIZE, USAGES, Faces, Images, Provenance

METADATA_KEY = b"fer_kedro"
ROW_GROUP = 8192


class FacesDataset(AbstractDataset[Faces, Faces]):
    """Keeps the table and `image`, 2,304 bytes a face, with class names and provenance in the schema.

    Parameters
    ----------
    filepath
        The Parquet file.

    Examples
    --------
    >>> import tempfile
    >>> faces = Faces.build(np.zeros((2, 48, 48), np.uint8), [3, 6], ["Training", "PublicTest"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     dataset = FacesDataset(filepath=f"{folder}/faces.parquet")
    ...     dataset.save(faces)
    ...     dataset.load() == faces
    True
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Faces:
        """Return the faces; the images are a view on what was read.

        Raises
        ------
        InputError
            If the file does not exist, is damaged, or was not written by this dataset. Kedro wraps it in a
            `DatasetError` whose cause it is.
        """
        if not self._filepath.exists():
            raise InputError(f"{self._filepath} does not exist; run the pipeline that makes it first.")
        try:
            table = pq.read_table(self._filepath, page_checksum_verification=True)
            return _faces(table)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{self._filepath} is damaged or was not written by fer_kedro; "
                "delete it and run the pipeline that makes it again."
            ) from error

    def save(self, data: Faces) -> None:
        """Write the faces under a temporary name, then rename the file."""
        with atomic_path(self._filepath) as temporary:
            pq.write_table(
                _table(data),
                temporary,
                compression="zstd",
                compression_level=1,  # noise hardly compresses, and level 3 takes twice as long for 2 % less
                row_group_size=ROW_GROUP,
                use_dictionary=["usage"],
                write_page_checksum=True,
            )

    def preview(self, columns: int = 12) -> ImagePreview:
        """Draw some faces of each class as a base64 PNG, for kedro-viz."""
        from fer_kedro.datasets.faces_preview import draw_preview

        return ImagePreview(draw_preview(self.load(), columns))

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


def _table(faces: Faces) -> pa.Table:
    table = pa.Table.from_pandas(faces.table, preserve_index=False)
    table = table.append_column("image", _column(faces.images))
    header = {"class_names": faces.class_names, "provenance": asdict(faces.provenance)}
    return table.replace_schema_metadata({**table.schema.metadata, METADATA_KEY: json.dumps(header)})


def _faces(table: pa.Table) -> Faces:
    header = json.loads(table.schema.metadata[METADATA_KEY])
    images = _images(table["image"])
    rows = table.drop_columns("image").to_pandas()
    rows["usage"] = pd.Categorical(rows["usage"], categories=list(USAGES))
    return Faces(images, rows, tuple(header["class_names"]), Provenance(**header["provenance"]))


def _column(images: Images) -> pa.LargeBinaryArray:
    """Wrap the images without a copy; not of fixed size, since some readers know only plain binary."""
    offsets = np.arange(len(images) + 1, dtype=np.int64) * SIZE * SIZE
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(images))]
    return pa.Array.from_buffers(pa.large_binary(), len(images), buffers)


def _images(column: pa.ChunkedArray) -> Images:
    _, offsets, data = column.cast(pa.large_binary()).combine_chunks().buffers()
    if (np.diff(np.frombuffer(offsets, np.int64, len(column) + 1)) != SIZE * SIZE).any():
        raise ValueError("Images of another size.")
    return np.frombuffer(data, np.uint8, len(column) * SIZE * SIZE).reshape(-1, SIZE, SIZE)
