"""JSON to the nouns of the client, by their type hints. Pure."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from docqa.errors import DocQAError
from docqa.types import Box

T = TypeVar("T")
Json = Any  # what json.loads returns
Decoded = Any  # a value of such a type
Hint = Any  # a type, as it is written in an annotation


class AnotherVersion(DocQAError):
    """The server sent what this client does not understand."""


def decode(kind: type[T], value: Json) -> T:
    """A JSON value as `kind`; fields it does not know are passed over.

    Raises AnotherVersion if a field is missing or of another shape.
    """
    try:
        decoded: T = _decode(kind, value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnotherVersion(
            f"The server's {kind.__name__} cannot be read ({error}): client and server should be of one version"
        ) from error
    return decoded


def _decode(kind: Hint, value: Json) -> Decoded:
    origin: Hint = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = [each for each in get_args(kind) if each is not type(None)]
        return None if value is None else _decode(inner[0], value)
    if origin is tuple:
        return tuple(_decode(get_args(kind)[0], each) for each in value)
    if origin is Mapping:
        return {key: _decode(get_args(kind)[1], each) for key, each in value.items()}
    if kind is Box:
        return Box(*map(float, value))
    if kind is datetime:
        return datetime.fromisoformat(value)
    if is_dataclass(kind):
        return _dataclass(kind, value)
    if kind is Any or origin is Literal or isinstance(value, kind) or (kind is float and isinstance(value, int)):
        return value
    raise TypeError(f"{value!r} is no {kind.__name__}")


def _dataclass(kind: Hint, value: Json) -> Decoded:
    hints = _hints(kind)
    given = {}
    for each in fields(kind):
        if each.name in value:
            given[each.name] = _decode(hints[each.name], value[each.name])
        elif each.default is MISSING and each.default_factory is MISSING:
            raise KeyError(f"{each.name} is missing")
    return kind(**given)


@cache
def _hints(kind: Hint) -> dict[str, Any]:
    return get_type_hints(kind)
