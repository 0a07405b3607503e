"""The operations of the API as plain facts, for its page and for the documentation."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body: where it is, its type, and what it means."""

    name: str
    place: str
    kind: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One method of one path. `answer` is the status and type of the answer without an error."""

    method: str
    path: str
    tag: str
    meaning: str
    fields: list[Field]
    answer: str
    example: str


def operations_of(schema: dict[str, Any]) -> list[Operation]:
    """Return all operations of an OpenAPI document in its order."""
    models = schema["components"]["schemas"]
    found = []
    for path, methods in schema["paths"].items():
        for method in (m for m in _METHODS if m in methods):
            facts = methods[method]
            fields = [*_parameters(facts, models), *_body_fields(facts, models)]
            found.append(
                Operation(
                    method.upper(),
                    f"/api/v1{path}",
                    facts["tags"][0],
                    facts["description"].strip(),
                    fields,
                    _answer(facts),
                    _example(method, path, facts, models),
                )
            )
    return found


def _parameters(facts: dict[str, Any], models: dict[str, Any]) -> Iterator[Field]:
    for given in facts.get("parameters", []):
        yield _field(given["name"], given["in"], given["schema"], given["required"], models)


def _body_fields(facts: dict[str, Any], models: dict[str, Any]) -> Iterator[Field]:
    model = _body(facts, models)
    required = model.get("required", [])
    for name, schema in model.get("properties", {}).items():
        yield _field(name, "body", schema, name in required, models)


def _body(facts: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    content = facts.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _resolved(content.get("schema", {}), models)


def _resolved(schema: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    found: dict[str, Any] = models[reference.rpartition("/")[2]] if reference else schema
    return found


def _field(
    name: str, place: str, schema: dict[str, Any], required: bool, models: dict[str, Any]
) -> Field:
    default = "required" if required else json.dumps(schema.get("default"))
    meaning = schema.get("description", "")
    return Field(name, place, _kind(schema, models), default, meaning)


def _kind(schema: dict[str, Any], models: dict[str, Any]) -> str:
    """Return a type in words, such as `integer` or `list of object`."""
    schema = _resolved(schema, models)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        kinds = [_kind(part, models) for part in schema["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), models)}"
    return str(schema.get("type", "any"))


def _answer(facts: dict[str, Any]) -> str:
    status, content = next(
        (status, answer.get("content", {}))
        for status, answer in facts["responses"].items()
        if status.startswith("2")
    )
    return f"{status}, {', '.join(content)}"


def _example(method: str, path: str, facts: dict[str, Any], models: dict[str, Any]) -> str:
    """Return a call by curl; values in capitals are to be replaced."""
    place = re.sub(r"\{(\w+)\}", lambda part: part[1].upper(), path)
    words = ["curl"] if method == "get" else [f"curl -X {method.upper()}"]
    model = _body(facts, models)
    if model:
        required = {name: name.upper() for name in model.get("required", [])}
        words += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(required)}'"]
    elif "requestBody" in facts:
        words += ["-H 'X-Upload-Token: TOKEN'", "-T FILE"]
    return " ".join([*words, f"$PIPEWEAVE/api/v1{place}"])
