"""A map: a YAML file that says what of somebody's table becomes which field of ours.

::

    table: {encoding: utf-8, delimiter: ",", html: true, replace: {"¿": "'"}}
    fields:
      title: {column: Title, otherwise: {column: Lesson, cut: 80}}
      tags: {text: "{Categories},{Category}", split: ",", drop: [NA]}
      unit: {column: Organization, id: "nasa-"}
      occurred_at: {column: LessonDate, moment: "%Y-%m-%d"}
      source.system: {text: nasa-llis}
      source.external_id: LessonId
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length

from nyfiken.importing.cleaning import plain, without_markup
from nyfiken.importing.recipe import Recipe, RecipeSchema, Unusable

IDENTITY = ("source.system", "source.external_id")
"""What makes a row the same row the next time."""

Json = dict[str, Any]


class WrongMap(Exception):
    """The map cannot be used; each of ``faults`` names a key and what is wrong with it."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Impossible(Exception):
    """A row that no command can be made of: (field, reason)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the file is written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    html: bool = False
    replace: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def clean(self, cell: str) -> str:
        """What a cell says, as plain text."""
        for odd, meant in self.replace.items():
            cell = cell.replace(odd, meant)
        return plain(without_markup(cell) if self.html else cell)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """How the file is written, and the recipe of each field by its dotted path."""

    form: Form
    recipes: Mapping[str, Recipe]

    def body(self, cells: Mapping[str, str]) -> Json:
        """The body of the command for one row. Raises Impossible."""
        clean = {column: self.form.clean(cell) for column, cell in cells.items()}
        body: Json = {}
        for path, recipe in self.recipes.items():
            try:
                found = recipe.of(clean)
            except Unusable as error:
                raise Impossible(path, str(error)) from None
            if found is not None:
                _put(body, path, found)
        return body

    def lacks(self, columns: Iterable[str]) -> list[str]:
        """A line for each column that the map names and the file has not, and one that tells which it has."""
        there = list(columns)
        lacking = [
            f"fields.{path}: the file has no column {column!r}"
            for path, recipe in self.recipes.items()
            for column in sorted(recipe.columns)
            if column not in there
        ]
        return [*lacking, f"its columns are {', '.join(there)}"] if lacking else []


def load_map(path: Path, command: Schema) -> Map:
    """Read a map for the fields of this command. Raises WrongMap, naming every key that is wrong."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongMap([f"{path.name} is not YAML: {' '.join(str(error).split())}"]) from None
    try:
        found: Map = _MapSchema().load(said)
    except ValidationError as error:
        raise WrongMap(f"{key}: {reason}" for key, reason in flat(error.messages)) from None
    there = set(paths(command))
    faults = [
        f"fields.{p}: no such field; there are {', '.join(sorted(there))}" for p in found.recipes if p not in there
    ]
    faults += [f"fields.{p}: is needed, to know a row again" for p in IDENTITY if p not in found.recipes]
    if faults:
        raise WrongMap(faults)
    return found


def paths(schema: Schema, above: str = "") -> Iterator[str]:
    """The dotted path of every field that a map can fill: texts, lists of texts, and those of one nested value."""
    for name, field in schema.fields.items():
        if isinstance(field, fields.Nested) and not field.many:
            yield from paths(field.schema, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def flat(messages: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Marshmallow's nested messages as (dotted path, message)."""
    if isinstance(messages, dict):
        for key, deeper in messages.items():
            yield from flat(deeper, above if key in ("_schema", "value", "key") else f"{above}.{key}".lstrip("."))
    else:
        yield above or "the map", " ".join(map(str, messages))


def _put(body: Json, path: str, found: object) -> None:
    *outer, last = path.split(".")
    for name in outer:
        body = body.setdefault(name, {})
    body[last] = found


def _encoding(name: str) -> None:
    try:
        "".encode(name)
    except LookupError:
        raise ValidationError("There is no such encoding.") from None


class _FormSchema(Schema):
    encoding = fields.String(validate=_encoding)
    delimiter = fields.String(validate=Length(equal=1))
    html = fields.Boolean()
    replace = fields.Dict(fields.String(), fields.String())

    @post_load
    def _form(self, said: Json, **_: Any) -> Form:
        return Form(**said)


class _MapSchema(Schema):
    table = fields.Nested(_FormSchema, load_default=Form)
    recipes = fields.Dict(fields.String(), fields.Nested(RecipeSchema), data_key="fields", required=True)

    @post_load
    def _map(self, said: Json, **_: Any) -> Map:
        return Map(form=said["table"], recipes=said["recipes"])
