"""The base of every typed decision."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Immutable and finite, and a mistyped key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
