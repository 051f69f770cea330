"""What pydantic found, as sentences for the person who wrote the file."""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.fields import brief
from config.marks import Path

_EMPTY: Final = "is empty: give it a value, or leave the key out"
_KINDS: Final[Mapping[str, str]] = {
    "string_type": "is not text; put it in quotes",
    "bool_type": "is not true or false",
    "bool_parsing": "is not true or false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "finite_number": "is not a finite number",
}
_FORMS: Final[Mapping[str, str]] = {
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "model_attributes_type": "must be a mapping (key: value)",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "missing": "is required and missing",
}
_BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than": ("must be greater than", "gt"),
    "greater_than_equal": ("must be at least", "ge"),
    "less_than": ("must be less than", "lt"),
    "less_than_equal": ("must be at most", "le"),
}


def suggestion(word: str, known: Iterable[str]) -> str:
    """Write `, did you mean focus_limit?`, or nothing when no known word is close."""
    close = get_close_matches(word, sorted(known), n=1)
    return f", did you mean {close[0]}?" if close else ""


def explain(
    error: ValidationError, model: type[BaseModel], given: object = None, *, quiet: bool = False
) -> Iterator[tuple[Path, str]]:
    """Yield every finding as (path, sentence); with `quiet` they repeat no value of the file.

    `given` is what was validated: with it, paths hold only steps that are there (pydantic adds the names of
    a union's members).
    """
    for found in error.errors(include_url=False):
        if found["type"] == "too_short" and found["input"]:
            continue  # its items are reported one by one
        path = found["loc"] if given is None else tuple(_steps_in(given, found))
        yield path, _sentence(found, path, model, quiet=quiet)


def _steps_in(value: object, found: ErrorDetails) -> Iterator[str | int]:
    for step in found["loc"]:
        children = value if isinstance(value, dict) else _numbered(value)
        if step in children:
            value = children[step]
            yield step
    if found["type"] == "missing":
        yield found["loc"][-1]


def _numbered(value: object) -> dict[int | str, object]:
    return dict(enumerate(value)) if isinstance(value, list) else {}


def _sentence(found: ErrorDetails, path: Path, model: type[BaseModel], *, quiet: bool) -> str:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), fields_at(model, path[:-1]))
    if value is None and kind != "missing":
        return _EMPTY
    if kind in _FORMS:
        return _FORMS[kind]
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{words} {context[key]:g}"
    return _about_value(found, quiet=quiet)


def _about_value(found: ErrorDetails, *, quiet: bool) -> str:
    kind, value, context = found["type"], found["input"], found.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    shown = "the value" if quiet else brief(value)
    if kind == "literal_error":
        return _not_among(shown, value, str(context["expected"]))
    message = found["msg"]
    return f"{shown} {_KINDS[kind]}" if kind in _KINDS else message[:1].lower() + message[1:]


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    close = suggestion(key, known)
    return f"unknown key{close}" if close else f"unknown key; known here: {', '.join(known)}"


def _not_among(shown: str, value: object, expected: str) -> str:
    words = expected.replace(" or ", ", ").split(", ")
    close = suggestion(str(value), [word.strip("'") for word in words])
    return (
        f"{shown} is not {expected}{close}" if len(words) == 1 else f"{shown} is not one of {expected}{close}"
    )


def fields_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """Return the keys that the model takes at `path`, in order; none when the path leads nowhere."""
    here: list[Any] = [model]
    for step in path:
        here = [inner for outer in here for inner in _inside(outer, step)]
    return tuple(name for kind in here if _is_model(kind) for name in kind.model_fields)


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _inside(kind: Any, step: str | int) -> list[Any]:  # noqa: ANN401 - typing's forms share no type
    if _is_model(kind):
        field = kind.model_fields.get(step)
        return _members(field.annotation) if field else []
    arguments = get_args(kind)
    return _members(arguments[-1 if get_origin(kind) is dict else 0]) if arguments else []


def _members(kind: Any) -> list[Any]:  # noqa: ANN401 - as above
    unwrap: dict[Any, Callable[[], list[Any]]] = {
        Annotated: lambda: [get_args(kind)[0]],
        Union: lambda: list(get_args(kind)),
        types.UnionType: lambda: list(get_args(kind)),
    }
    inner = unwrap.get(get_origin(kind))
    return [member for part in inner() for member in _members(part)] if inner else [kind]
