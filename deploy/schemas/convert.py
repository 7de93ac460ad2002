"""Makes JSON Schemas of CustomResourceDefinitions, in which an unknown field is an error.

``python deploy/schemas/convert.py kafkas.yaml Kafka`` writes the named kinds of a file of definitions beside this
script, each in the version that is stored: ``kafka.strimzi.io_v1_Kafka.json``. README.md says of what they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
KEPT = ("enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "required")
"""What means the same in both; descriptions, defaults and rules for the server are left out."""
COMBINED = ("allOf", "anyOf", "oneOf")
NAMED = {"type": "object", "additionalProperties": {"type": "string"}}
METADATA = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "namespace": {"type": "string"}, "labels": NAMED, "annotations": NAMED},
    "additionalProperties": False,
}
Schema = Mapping[str, Any]


def main(file: str, kinds: list[str]) -> None:
    """Write the kinds' schemas; a kind that the file lacks is an error."""
    found = {definition["spec"]["names"]["kind"]: definition["spec"] for definition in definitions(Path(file))}
    for kind in kinds:
        for version, schema in stored(found[kind]):
            target = HERE / f"{found[kind]['group']}_{version}_{kind}.json"
            target.write_text(json.dumps(schema, sort_keys=True, separators=(",", ":")) + "\n")


def definitions(file: Path) -> Iterator[Schema]:
    """The CustomResourceDefinitions of a YAML file."""
    for document in yaml.safe_load_all(file.read_text()):
        if document and document["kind"] == "CustomResourceDefinition":
            yield document


def stored(spec: Schema) -> Iterator[tuple[str, Schema]]:
    """Version → the schema of what somebody writes: without the status, which the operator does."""
    group, kind = spec["group"], spec["names"]["kind"]
    for version in spec["versions"]:
        if version["storage"]:
            whole = dict(strict(version["schema"]["openAPIV3Schema"]))
            whole["properties"] = whole["properties"] | {
                "apiVersion": {"const": f"{group}/{version['name']}"},
                "kind": {"const": kind},
                "metadata": METADATA,
            }
            whole["properties"].pop("status", None)
            whole["required"] = sorted({"apiVersion", "kind", "metadata", *whole.get("required", ())} - {"status"})
            yield version["name"], whole


def strict(schema: Schema) -> Schema:
    """The same as a JSON Schema; an object that lists its fields has no others, unless it says that it keeps them."""
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if "type" in schema:
        made["type"] = [schema["type"], "null"] if schema.get("nullable") else schema["type"]
    if "items" in schema:
        made["items"] = strict(schema["items"])
    if "properties" in schema:
        made["properties"] = {name: strict(field) for name, field in schema["properties"].items()}
        made["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    if isinstance(schema.get("additionalProperties"), Mapping):
        made["additionalProperties"] = strict(schema["additionalProperties"])
    for key in COMBINED:
        if key in schema:
            made[key] = [conditions(each) for each in schema[key]]
    return made


def conditions(schema: Schema) -> Schema:
    """What is asked for besides: it lists some of the fields only, so others are no error here."""
    made = {key: schema[key] for key in (*KEPT, "type") if key in schema}
    if "properties" in schema:
        made["properties"] = {name: conditions(field) for name, field in schema["properties"].items()}
    for key in COMBINED:
        if key in schema:
            made[key] = [conditions(each) for each in schema[key]]
    if "not" in schema:
        made["not"] = conditions(schema["not"])
    return made


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
