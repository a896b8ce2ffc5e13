"""The base of every frozen value, and its digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

# The four slots of a pydantic model, set without its checks of frozen fields.
_set_content, _set_names, _set_extra, _set_private = (
    BaseModel.__dict__[slot].__set__
    for slot in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)
_new = object.__new__


class Value(BaseModel):
    """A frozen value that checks itself; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def changed(self, **fields: Any) -> Self:
        """The same value with other fields, which are not checked: for values made of checked ones.

        It does what ``model_copy(update=fields)`` does, at a third of its time.
        """
        value = _new(type(self))
        _set_content(value, self.__dict__ | fields)
        _set_names(value, self.__pydantic_fields_set__)
        _set_extra(value, None)
        _set_private(value, None)
        return value


def canonical_json(data: Any) -> str:
    """JSON with sorted keys and no spaces: equal data give equal text."""
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest_bytes(data: bytes | bytearray | memoryview) -> str:
    """SHA-256 of bytes, as ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON of a Value or of plain data."""
    plain = data.model_dump(mode="json") if isinstance(data, BaseModel) else data
    return digest_bytes(canonical_json(plain).encode("utf-8"))
