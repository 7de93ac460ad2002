"""How one field gets its value from a row."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validates_schema
from marshmallow.validate import Length, Range

from nyfiken.importing.cleaning import as_id, cut, fingerprint

EVERY_COLUMN = "*"
_PLACE = re.compile(r"\{([^{}]+)\}")
_SEVERAL = ("hash", "drop", "date", "moment")
_NOON = time(12, tzinfo=UTC)
"""Of a day without an hour: the same day nearly everywhere."""

Value = str | list[str] | None


class Unusable(Exception):
    """A cell that cannot become the field's value; says why."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Where a field's text comes from (``column``, ``text`` or ``hash``), and what is made of it."""

    column: str | None = None
    text: str | None = None
    hash: tuple[str, ...] = ()
    instead: Mapping[str, str] = dataclasses.field(default_factory=dict)
    drop: tuple[str, ...] = ()
    split: str | None = None
    cut: int | None = None
    date: tuple[str, ...] = ()
    moment: tuple[str, ...] = ()
    id: str | None = None
    otherwise: Recipe | None = None

    @property
    def columns(self) -> set[str]:
        """Every column that it reads."""
        own = {self.column} if self.column else {*_PLACE.findall(self.text or ""), *self.hash} - {EVERY_COLUMN}
        return own | (self.otherwise.columns if self.otherwise else set())

    def of(self, cells: Mapping[str, str]) -> Value:
        """The value for this row; None where there is nothing to say. Raises Unusable."""
        found = self._made_of(self._text(cells))
        return self.otherwise.of(cells) if not found and self.otherwise else found or None

    def _text(self, cells: Mapping[str, str]) -> str:
        if self.column:
            return cells[self.column]
        if self.hash:
            return fingerprint(cells.values() if EVERY_COLUMN in self.hash else [cells[name] for name in self.hash])
        named = _PLACE.findall(self.text or "")
        if named and not any(cells[name] for name in named):
            return ""
        return _PLACE.sub(lambda place: cells[place[1]], self.text or "").strip()

    def _made_of(self, text: str) -> Value:
        if self.split:
            return list(dict.fromkeys(filter(None, (self._one(part.strip()) for part in text.split(self.split)))))
        return self._one(text)

    def _one(self, text: str) -> str:
        text = self.instead.get(text, text)
        if not text or text in self.drop:
            return ""
        if self.date:
            return _parsed(text, self.date).date().isoformat()
        if self.moment:
            return _in_utc(_parsed(text, self.moment)).isoformat()
        if self.id is not None:
            return as_id(text, self.id)
        return cut(text, self.cut) if self.cut else text


def _parsed(text: str, formats: tuple[str, ...]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue  # the next form may fit
    raise Unusable(f"{text[:40]!r} is no date of the form {' or '.join(formats)}")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo:
        return moment.astimezone(UTC)
    return datetime.combine(moment.date(), _NOON) if moment.time() == time(0) else moment.replace(tzinfo=UTC)


def _words() -> fields.List[str]:
    return fields.List(fields.String(), load_default=[])


class RecipeSchema(Schema):
    """A recipe as a map spells it; a mere text is the name of a column, and one word stands for a list of one."""

    column = fields.String(validate=Length(min=1))
    text = fields.String(validate=Length(min=1))
    hash = _words()
    instead = fields.Dict(fields.String(), fields.String(), load_default={})
    drop = _words()
    split = fields.String(validate=Length(min=1))
    cut = fields.Integer(validate=Range(min=2), strict=True)
    date = _words()
    moment = _words()
    id = fields.String()
    otherwise = fields.Nested(lambda: RecipeSchema())

    @pre_load
    def _spelled_out(self, said: Any, **_: Any) -> Any:
        if isinstance(said, str):
            return {"column": said}
        if not isinstance(said, dict):
            return said  # marshmallow says what is wrong with it
        return {key: [one] if key in _SEVERAL and isinstance(one, str) else one for key, one in said.items()}

    @validates_schema
    def _one_origin(self, said: dict[str, Any], **_: Any) -> None:
        if sum(bool(said.get(origin)) for origin in ("column", "text", "hash")) != 1:
            raise ValidationError("needs one of column, text and hash")

    @post_load
    def _recipe(self, said: dict[str, Any], **_: Any) -> Recipe:
        lists = {key: tuple(kept) for key, kept in said.items() if isinstance(kept, list)}
        return Recipe(**{**said, **lists})
