"""The generated files: what they should say, and which of them do not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from contracts.event import Json, upcasters
from contracts.generate.asyncapi import asyncapi_of
from contracts.generate.catalogue import Event
from contracts.generate.dictionary import dictionary_of
from contracts.generate.examples import example_of
from contracts.generate.schemas import schema_of

ROOT = Path(__file__).parents[2]


def generated(found: Sequence[Event], root: Path = ROOT) -> dict[Path, str]:
    """Every generated file and what it should say. A golden example that is there stays as it is, for ever."""
    schemas = {event.name: schema_of(event) for event in found}
    examples = {event.name: _golden(event, root) for event in found}
    files = {root / f"contracts/schemas/{name}.json": text(schema) for name, schema in schemas.items()}
    files |= {example_path(name, root): text(example) for name, example in examples.items()}
    files[root / "contracts/asyncapi.json"] = text(asyncapi_of(found, examples))
    files[root / "docs/events.md"] = dictionary_of(found, schemas)
    return files


def example_path(name: str, root: Path = ROOT) -> Path:
    """Where the golden example of this wire name lies."""
    return root / f"contracts/examples/{name}.json"


def outdated(files: Mapping[Path, str]) -> list[Path]:
    """Those that do not say what they should, or are not there."""
    return [path for path, content in files.items() if not path.exists() or path.read_text() != content]


def left_over(found: Sequence[Event], root: Path = ROOT) -> list[Path]:
    """Schemas and examples of names that are neither registered nor brought up to date by an upcaster."""
    known = {event.name for event in found} | set(upcasters())
    folders = [root / "contracts/schemas", root / "contracts/examples"]
    return [path for folder in folders for path in sorted(folder.glob("*.json")) if path.stem not in known]


def write(files: Mapping[Path, str]) -> list[Path]:
    """Write what is outdated; gives the paths written."""
    paths = outdated(files)
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path])
    return paths


def text(document: Json) -> str:
    """JSON as it is committed: indented, in the order given, readable Swedish."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _golden(event: Event, root: Path) -> Json:
    path = example_path(event.name, root)
    golden: Json = json.loads(path.read_text()) if path.exists() else example_of(event)
    return golden
