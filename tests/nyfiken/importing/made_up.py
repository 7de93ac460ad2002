"""A command, a map and a table of nobody's, with every quirk that real ones have."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from chassis.command import command, given
from chassis.web.schemas import schema_of
from contracts.event import about
from contracts.values import Author, Language, Source, Text, Title, UnitId, Word


@command
class RecordThing:
    """Something to import."""

    by: str = given()
    title: Title = about("In one line.")
    text: Text | None = about("In many.", default=None)
    unit: UnitId = about("Whose.")
    tags: tuple[Word, ...] = about("Words.", default=(), most=5)
    language: Language = about("Which.", default="sv")
    author: Author = about("Who.")
    source: Source | None = about("Where from.", default=None)
    occurred_at: datetime | None = about("When.", default=None)


SCHEMA = schema_of(RecordThing, tuple(f.name for f in dataclasses.fields(RecordThing) if "given" not in f.metadata))

MAP = """
table: {html: true, replace: {"¿": "'"}}
fields:
  title: {column: Name, cut: 200, otherwise: {column: Said, cut: 30}}
  text: {column: Said, cut: 200}
  unit: {column: Office, instead: {HQ: Head office}, id: "nasa-"}
  tags: {text: "{Word},{Words}", split: ",", drop: [NA, Words]}
  language: {text: en}
  author.kind: {text: partner}
  author.label: {text: "Office {Office}"}
  occurred_at: {column: Day, moment: ["%Y-%m-%d", "%d/%m/%Y %H:%M"]}
  source.system: {text: made-up}
  source.external_id: Id
"""

HEADER = "Id,Name,Said,Office,Word,Words,Day"


def table(*rows, header=HEADER):
    return "\r\n".join([header, *rows, ""])
