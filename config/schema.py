"""JSON Schema of the workspace file, for editors and `check-jsonschema`."""

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from config.checks import Kinds
from config.workspace import WorkspaceFile

# Bounds that stand behind a validator come out of pydantic under its own names.
_BOUNDS: Final = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
# Older yaml-language-servers report nothing useful for oneOf.
_FORMS: Final = {"oneOf": "anyOf"}


def workspace_schema(connections: Kinds) -> dict[str, Any]:
    """Return the schema with one form of connection per kind; the same input gives the same document."""
    models: list[type[BaseModel]] = [WorkspaceFile, *(connections[kind] for kind in sorted(connections))]
    every: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "validation") for model in models]
    references, generated = models_json_schema(every)
    definitions: dict[str, Any] = generated["$defs"]
    names = [str(references[key]["$ref"]).rpartition("/")[2] for key in every]
    top = definitions.pop(names[0])
    base = definitions.pop("ConnectionSettings")
    pattern = next(iter(top["properties"]["connections"]["patternProperties"]))
    forms = [{"$ref": f"#/$defs/{name}"} for name in names[1:]] or [base]
    top["properties"]["connections"] = {
        "type": "object",
        "patternProperties": {pattern: {"anyOf": forms}},
        "additionalProperties": False,
    }
    _move_defaults(top["properties"], definitions)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "okr-syncer workspace file",
        "type": "object",
        "properties": top["properties"],
        "required": top["required"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }
    return dict(_plain_words(document))


def _move_defaults(properties: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Put a section's defaults, as the file writes them, beside its keys."""
    for section in properties.values():
        defaults = section.pop("default", None)
        if isinstance(defaults, dict) and "$ref" in section:
            definition = definitions[section["$ref"].rpartition("/")[2]]
            for key, value in defaults.items():
                definition["properties"][key]["default"] = value


def _plain_words(node: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        return [_plain_words(item) for item in node]
    if not isinstance(node, dict):
        return node
    words = _FORMS | _BOUNDS if node.get("type") == "number" else _FORMS
    return {words.get(key, key): _plain_words(child) for key, child in node.items()}
