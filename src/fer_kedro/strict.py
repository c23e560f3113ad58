"""The base of every typed decision."""

from difflib import get_close_matches
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError


class Strict(BaseModel):
    """Immutable and finite, and a mistyped key is an error that names the nearest key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="wrap")
    @classmethod
    def _suggest_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            refusals = [_with_suggestion(refusal, list(cls.model_fields)) for refusal in error.errors()]
            raise ValidationError.from_exception_data(error.title, refusals) from None


def _with_suggestion(refusal: Any, known: list[str]) -> InitErrorDetails:
    """Say which key was probably meant, where an unknown one stands directly in the model."""
    kind, place = refusal["type"], refusal["loc"]
    if kind == "extra_forbidden" and len(place) == 1 and (near := get_close_matches(str(place[0]), known, 1)):
        kind = PydanticCustomError("unknown_key", f"Extra inputs are not permitted; did you mean {near[0]!r}?")
    elif kind == "unknown_key":
        kind = PydanticCustomError("unknown_key", refusal["msg"])
    return InitErrorDetails(type=kind, loc=place, input=refusal["input"], ctx=refusal.get("ctx", {}))
