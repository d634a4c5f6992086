"""X's own description of its API (OpenAPI), where it is at hand: what may be sent, and what may come back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

FILE = Path(__file__).parents[3] / "shared" / "contracts" / "x_openapi_2.167.json"
Schema = dict[str, Any]


class Contract:
    """Skips, with a sentence, where the description is absent."""

    def __init__(self) -> None:
        if not FILE.exists():
            pytest.skip(f"X's OpenAPI is not at {FILE.parent}")
        self._file = _nullable(json.loads(FILE.read_text()))

    def schema(self, name: str) -> Schema:
        found: Schema = self._file["components"]["schemas"][name]
        return found

    def faults(self, value: Any, schema: Schema) -> list[str]:
        whole = {**schema, "components": self._file["components"]}
        validator = jsonschema_rs.Draft7Validator(whole)
        return [f"{fault.instance_path}: {fault.message[:200]}" for fault in validator.iter_errors(value)]

    def faults_of_request(self, method: str, path: str, query: dict[str, str], body: Any) -> Iterator[str]:
        operation = self._file["paths"].get(path, {}).get(method.lower())
        if operation is None:
            yield f"{method} {path} is not there"
            return
        known = {parameter["name"]: parameter for parameter in map(self._found, operation.get("parameters", []))}
        yield from (f"{name} is not known to {path}" for name in query.keys() - known.keys())
        yield from (f"{name} is needed" for name, one in known.items() if one.get("required") and name not in query)
        for name in query.keys() & known.keys():
            schema = known[name]["schema"]
            yield from (f"{name}: {fault}" for fault in self.faults(_value(query[name], schema), schema))
        if body is not None:
            yield from self.faults(body, operation["requestBody"]["content"]["application/json"]["schema"])

    def build_value(self, schema: Schema, *, full: bool) -> Any:
        """The least or the most that a schema allows, with a value that tells where it stands."""
        schema = self._found(schema)
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return self.build_value(schema[choice][0], full=full)
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type", "object")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind == "object":
            needed = schema.get("required", [])
            properties = schema.get("properties", {})
            return {key: self.build_value(one, full=full) for key, one in properties.items() if full or key in needed}
        if kind == "array":
            return [self.build_value(schema["items"], full=full)] * schema.get("minItems", 1)
        if kind == "string":
            time = schema.get("format") == "date-time"
            return "2026-11-20T12:00:00.000Z" if time else "1991000000000000001"
        return {"integer": 7, "number": 7.5, "boolean": True}[kind]

    def _found(self, schema: Schema) -> Schema:
        found: Any = schema
        while "$ref" in found:
            place = found["$ref"].removeprefix("#/").split("/")
            found = self._file
            for step in place:
                found = found[step]
        return dict(found)


def _value(given: str, schema: Schema) -> Any:
    if schema["type"] == "array":
        return given.split(",")
    if schema["type"] == "integer":
        return int(given)
    return given == "true" if schema["type"] == "boolean" else given


def _nullable(part: Any) -> Any:
    """As JSON Schema says what OpenAPI 3.0 calls nullable."""
    if isinstance(part, list):
        return [_nullable(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: _nullable(one) for key, one in part.items()}
    if found.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found
