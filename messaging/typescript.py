"""JSON schemas as TypeScript types; what the server never uses is not understood."""

from collections.abc import Mapping
from typing import Any

type Json = Mapping[str, Any]


def interface(name: str, schema: Json) -> str:
    """A schema with a name, exported."""
    if "enum" in schema:
        return f"export type {name} = {typescript_of(schema)};\n"
    return f"export interface {name} {_object(schema, '')}\n"


def _object(schema: Json, indent: str) -> str:
    required = set(schema.get("required", ()))
    inner = indent + "  "
    rows = [
        f"{inner}{field}{'' if field in required else '?'}: {typescript_of(value, inner)};"
        for field, value in schema.get("properties", {}).items()
    ]
    return "\n".join(["{", *rows, indent + "}"])


def typescript_of(schema: Json, indent: str = "") -> str:
    """The type that a schema describes."""
    if "$ref" in schema:
        return name_of(schema)
    if "const" in schema or "enum" in schema:
        return " | ".join(map(_literal, schema.get("enum", [schema.get("const")])))
    options = schema.get("anyOf")
    if isinstance(kind := schema.get("type"), list):
        options = [{**schema, "type": each} for each in kind]
    if options:
        return " | ".join(dict.fromkeys(typescript_of(option, indent) for option in options))
    if kind == "array":
        item = typescript_of(schema.get("items", {}), indent)
        return f"({item})[]" if " " in item else f"{item}[]"
    return _of_object(schema, indent) if kind == "object" else _simple(schema)


def _simple(schema: Json) -> str:
    if schema.get("type") == "string":
        return {"uuid": "Id", "date-time": "Timestamp"}.get(schema.get("format", ""), "string")
    names = {"integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
    return names.get(schema.get("type", ""), "unknown")


def name_of(reference: Json) -> str:
    """What a reference points to, by its last part."""
    return reference["$ref"].rpartition("/")[2]


def _of_object(schema: Json, indent: str) -> str:
    if "properties" in schema:
        return _object(schema, indent)
    values = schema.get("additionalProperties")
    return (
        f"Record<string, {typescript_of(values, indent)}>" if isinstance(values, dict) else "object"
    )


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
