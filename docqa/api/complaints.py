"""What is wrong with a request, for people: what is expected where, never the values that were sent. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docqa.api.bodies import EXPECTED

_SAID: Mapping[str, str] = {  # by pydantic's name for what is wrong
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "model_attributes_type": "a JSON object is expected",
    "dict_type": "a JSON object is expected",
    "list_type": "a list is expected",
    "string_type": "text is expected",
    "string_unicode": "it holds half a character, which is no text",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_parsing_size": "a whole number is expected, of fewer digits",
    "int_from_float": "a whole number is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "literal_error": "{expected} is expected",
    "string_too_short": "at least {min_length} characters are expected",
    "string_too_long": "{max_length} characters at most",
    "too_short": "at least {min_length} are expected",
    "too_long": "{max_length} at most",
    "greater_than_equal": "{ge} or more is expected",
    "less_than_equal": "{le} or less is expected",
}

Complaint = Mapping[str, Any]  # as pydantic has it


def told(complaints: Iterable[Complaint]) -> str:
    """What is wrong where."""
    return "; ".join(dict.fromkeys(_told(each) for each in complaints))


def _told(complaint: Complaint) -> str:
    context = complaint.get("ctx", {})
    if complaint["type"] == "json_invalid":
        return f"The body is not JSON: {context['error']}, at character {complaint['loc'][-1]}"
    if complaint["type"] == "string_pattern_mismatch" and context["pattern"] in EXPECTED:
        said = f"{EXPECTED[context['pattern']]} expected"
    elif complaint["type"] in _SAID:
        said = _SAID[complaint["type"]].format(**context)
    else:
        said = f"{complaint['msg'][0].lower()}{complaint['msg'][1:]}"
    return f"{_place(complaint['loc'])}: {said}"


def _place(location: Sequence[str | int]) -> str:
    """The field, without the names of the types that it might have had."""
    first, *parts = map(str, location)
    return ".".join(part for part in parts if part != "str" and "[" not in part) or first
