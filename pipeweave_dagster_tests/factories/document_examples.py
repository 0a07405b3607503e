"""One example of every kind of stored document and record, in which each field has a value.

    python -m pipeweave_dagster_tests.factories.document_examples

writes those of the current code into `adapters/state/stored/next`.
"""

import json
from pathlib import Path
from typing import Any

from pipeweave_dagster.adapters.state import manifest
from pipeweave_dagster.core import documents
from pipeweave_dagster.core.documents import Document, Part

STORED = Path(__file__).parents[1] / "adapters" / "state" / "stored"
NEXT = STORED / "next"
_VALID = {"delimiter": ";", "encoding": "utf-8", "cron": "0 3 * * 1"}
"""Values of fields that are checked by a function, by name."""


def kinds() -> dict[str, type[Part]]:
    """Return every kind that is stored in a file of its own, by name."""
    classes = [*vars(documents).values(), *vars(manifest).values()]
    parts = [c for c in classes if isinstance(c, type) and issubclass(c, Part)]
    own = [c for c in parts if issubclass(c, Document) or c.__module__ == manifest.__name__]
    return {c.__name__: c for c in own if c is not Document}


def example(kind: type[Part]) -> Part:
    """Return the example; it depends on the fields and their types at any depth, only."""
    schema = kind.model_json_schema()
    content = _value(schema, schema.get("$defs", {}))
    content.pop("schema_version", None)
    return kind.model_validate_json(json.dumps(content))


def stored_bytes(kind: type[Part]) -> bytes:
    """Return what is stored of the example."""
    return example(kind).model_dump_json(indent=1).encode()


def _value(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rsplit("/", 1)[1]], defs)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return _value(next(s for s in schema["anyOf"] if s.get("type") != "null"), defs)
    if schema.get("type") == "object":
        return _object(schema, defs)
    if schema.get("type") == "array":
        return [_value(s, defs) for s in schema.get("prefixItems", [schema.get("items", {})])]
    simple = {
        "integer": int(schema.get("minimum", 1)),
        "number": float(schema.get("minimum", 0.5)),
        "boolean": True,
    }
    return simple.get(schema.get("type", ""), "text")


def _object(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    if "properties" in schema:
        return {n: _VALID.get(n) or _value(s, defs) for n, s in schema["properties"].items()}
    values = schema.get("additionalProperties")
    return {"key": _value(values, defs) if isinstance(values, dict) else "text"}


def main() -> None:
    """Write the examples of the current code."""
    NEXT.mkdir(exist_ok=True)
    for name, kind in kinds().items():
        (NEXT / f"{name}.json").write_bytes(stored_bytes(kind) + b"\n")


if __name__ == "__main__":
    main()
