"""A Keras model as one `.keras` file."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from fer_kedro.datasets.atomic import atomic_path
from fer_kedro.errors import InputError


class KerasModelDataset(AbstractDataset[Any, Any]):
    """Loads in safe mode and saves atomically; Keras is imported only then.

    Parameters
    ----------
    filepath
        The file, with the suffix `.keras`.

    Examples
    --------
    >>> KerasModelDataset(filepath="data/06_models/honest/no_such_recipe/model.keras").exists()
    False
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Any:
        """Return the model, ready to predict; nothing in the file is executed.

        Raises
        ------
        InputError
            If there is none, or it is damaged, or it holds code, as a Lambda layer does. Kedro wraps it in a
            `DatasetError` whose cause it is.
        """
        if not self._filepath.exists():
            raise InputError(f"{self._filepath} does not exist; train its recipe first.")
        import keras

        try:
            return keras.saving.load_model(self._filepath, safe_mode=True)
        except Exception as error:  # Keras raises anything from KeyError to BadZipFile on bytes that it did not write
            raise InputError(
                f"{self._filepath} is damaged, holds code or was not written by fer_kedro; "
                "delete it and train its recipe again."
            ) from error

    def save(self, data: Any) -> None:
        """Write the model to a temporary name, then rename it."""
        with atomic_path(self._filepath) as temporary:
            data.save(temporary)

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
