"""The way of a row: read, made the body of a command, given to whoever takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import TextIOWrapper
from typing import BinaryIO

import orjson
from marshmallow import Schema

from nyfiken.importing.cleaning import fingerprint
from nyfiken.importing.mapping import IDENTITY, Impossible, Json, Map, WrongMap, flat
from nyfiken.importing.outcome import Outcome
from nyfiken.importing.rows import Row, Table
from nyfiken.importing.sending import in_order

Make = Callable[[int, Json], Outcome]
"""Gives the command with this body, of the row that begins at this line."""
Step = Outcome | tuple[int, Json]
"""A row that is refused already, or its line and its command's body."""


def outcomes(raw: BinaryIO, wanted: Map, make: Make) -> Iterator[Outcome]:
    """What becomes of each row of a csv file, in order; closes the file.

    Raises WrongMap when the map names columns that the file has not, NotATable, and what ``make`` raises.
    """
    encoding = "utf-8-sig" if wanted.form.encoding.lower() in ("utf-8", "utf8") else wanted.form.encoding
    with TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="") as text:
        table = Table(text, wanted.form.delimiter)
        if lacking := wanted.lacks(table.columns):
            raise WrongMap(lacking)
        yield from in_order(lambda step: step if isinstance(step, Outcome) else make(*step), _steps(table, wanted))


def would_be(schema: Schema, line: int, body: Json) -> Outcome:
    """What the service would answer, as far as the fields themselves tell; nothing is sent."""
    faults = tuple(flat(schema.validate(body)))
    return Outcome.refused(line, *faults) if faults else Outcome(line, "in")


def _steps(table: Table, wanted: Map) -> Iterator[Step]:
    seen: dict[str, tuple[int, str]] = {}
    for row in table:
        step = _step(row, wanted)
        yield step if isinstance(step, Outcome) else _once(step, seen)


def _step(row: Row, wanted: Map) -> Step:
    if row.fault:
        return Outcome.refused(row.line, ("", row.fault))
    try:
        body = wanted.body(row.cells)
    except Impossible as error:
        return Outcome.refused(row.line, (error.field, error.reason))
    missing = [path for path in IDENTITY if not body.get("source", {}).get(path.partition(".")[2])]
    return Outcome.refused(row.line, *((path, "is empty") for path in missing)) if missing else (row.line, body)


def _once(step: tuple[int, Json], seen: dict[str, tuple[int, str]]) -> Step:
    """The step, unless an earlier row has the same identity and says something else: it would be lost unnoticed."""
    line, body = step
    said = fingerprint([orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()])
    first, before = seen.setdefault(fingerprint(body["source"].values()), (line, said))
    if said == before:
        return step
    return Outcome.refused(line, ("source.external_id", f"is that of line {first}, which says something else"))
