"""Turn pydantic errors into sentences, with a suggestion for an unknown key."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.config.playbook_errors import Found, Path, did_you_mean, join_alternatives, safe_repr

SENTENCES = {
    "missing": "is missing",
    "string_type": "must be a word in quotes",
    "tuple_type": "must be a list in [ ]",
    "list_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "float_type": "must be a number",
    "bool_type": "must be true or false, without quotes",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false, without quotes",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "must be a whole number, without quotes"),
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "greater_than": "must be more than {gt}",
}


def describe_playbook_errors(invalid: ValidationError, model: type[BaseModel], under: Path = ()) -> Iterator[Found]:
    """Iterate over the errors. `under` is the path of the model's table in the file."""
    for error in invalid.errors(include_url=False, include_input=False):
        path = error["loc"]
        if error["type"] == "extra_forbidden":
            yield (*under, *path), _describe_unknown_key(path, model)
        elif error["type"] == "missing" and not under and len(path) == 1:
            yield (
                path,
                f"[{path[0]}] is missing" if path[0] == "brand" else f"[[{path[0]}]] is missing. Add at least one",
            )
        else:
            yield (*under, *path), _format_error(error["type"], error["msg"], error.get("ctx", {}))


def _format_error(kind: str, message: str, context: dict[str, Any]) -> str:
    if kind == "value_error":
        return str(context["error"])
    if kind in SENTENCES:
        return SENTENCES[kind].format(**context)
    return message[:1].lower() + message[1:]


def _describe_unknown_key(path: Path, model: type[BaseModel]) -> str:
    known = _find_model(path[:-1], model).model_fields
    key = str(path[-1])
    near = did_you_mean(key, known)
    return f"there is no key {safe_repr(key)}{near or f'. Use {join_alternatives(sorted(known))}'}"


def _find_model(path: Path, model: type[BaseModel]) -> type[BaseModel]:
    """Return the model of the table at a path, or the last known one on the way."""
    for step in path:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        inside = [field.annotation, *get_args(field.annotation)] if field else []
        model = next((kind for kind in inside if isinstance(kind, type) and issubclass(kind, BaseModel)), model)
    return model
