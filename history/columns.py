"""Events as columns: what a Parquet file of a pulled history holds, one row for each position.

A position that was withheld has a row too, with nothing else in it, so that it can be proved that nothing is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from chassis.recorded import Metadata, Position, Recorded, from_micros, to_micros
from chassis.transport.cloudevents import WITHHELD

Told = Recorded | Position
"""An event, or where one lies that is withheld."""

_MOMENT = pa.timestamp("us", tz="UTC")
_DATA = "data"


def _field(name: str, kind: pa.DataType, description: str, *, always: bool = False) -> pa.Field:
    return pa.field(name, kind, nullable=not always, metadata={"description": description})


SCHEMA = pa.schema(
    [
        _field("partition", pa.int32(), "The partition of its service.", always=True),
        _field("position", pa.int64(), "Gapless within (service, partition): 1, 2, 3.", always=True),
        _field("type", pa.string(), f"Permanent name and version; {WITHHELD} of what is withheld.", always=True),
        _field("id", pa.string(), "The event; null of what is withheld, as all that follows."),
        _field("stream", pa.string(), "Kind and id of what it happened to: idea-<uuid>."),
        _field("version", pa.int32(), "Its number in that stream, from 1."),
        _field("recorded_at", _MOMENT, "When it was recorded."),
        _field("occurred_at", _MOMENT, "When it happened, where that is another moment (imports)."),
        _field(
            "by", pa.string(), "Who or what recorded it: a pseudonym of this folder, or hidden; the id in a whole one."
        ),
        _field("correlation_id", pa.string(), "What one request led to."),
        _field("causation_id", pa.string(), "The event or command that caused it."),
        _field(_DATA, pa.string(), "What happened, JSON as the contract has it; people as in by."),
    ]
)
"""Service and month (UTC, of ``recorded_at``) are in a file's path."""


def table_of(told: Sequence[Told]) -> pa.Table:
    """One row for each, in this order."""
    columns = zip(*map(_row, told), strict=True) if told else [()] * len(SCHEMA)
    return pa.table([_array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def told_of(table: pa.Table, services: Iterable[str]) -> Iterator[Told]:
    """What ``table_of`` was given; of which service each row is, is not in it."""
    for service, partition, position, type_, *rest in _rows(table, services):
        if type_ == WITHHELD:
            yield Position(service, partition, position)
        else:
            yield _recorded(service, partition, position, type_, *rest)


def events_of(table: pa.Table, services: Iterable[str]) -> list[Recorded]:
    """The same of a table in which nothing is withheld."""
    return [_recorded(*row) for row in _rows(table, services)]


def _rows(table: pa.Table, services: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    return zip(services, *[_values(table.column(field.name), field) for field in SCHEMA], strict=True)


def _recorded(
    service: str,
    partition: int,
    position: int,
    type_: str,
    id_: str,
    stream: str,
    version: int,
    recorded: int,
    occurred: int | None,
    by: str | None,
    correlation: str | None,
    causation: str | None,
    data: bytes,
) -> Recorded:
    return Recorded(
        id=id_,
        service=service,
        partition=partition,
        position=position,
        stream=stream,
        version=version,
        type=type_,
        data=data,
        metadata=Metadata(by=by, correlation_id=correlation, causation_id=causation),
        recorded_at=from_micros(recorded),
        occurred_at=None if occurred is None else from_micros(occurred),
    )


def _row(told: Told) -> tuple[Any, ...]:
    if isinstance(told, Position):
        return (told.partition, told.position, WITHHELD, *[None] * (len(SCHEMA) - 3))
    why = told.metadata
    return (
        *(told.partition, told.position, told.type, told.id, told.stream, told.version),
        to_micros(told.recorded_at),
        None if told.occurred_at is None else to_micros(told.occurred_at),
        *(why.by, why.correlation_id, why.causation_id, told.data.decode()),
    )


def _array(values: Iterable[Any], kind: pa.DataType) -> pa.Array:
    if kind == _MOMENT:
        return pa.array(values, pa.int64()).cast(kind)
    return pa.array(values, kind)


def _values(column: pa.ChunkedArray, field: pa.Field) -> list[Any]:
    """As Python has them; moments in microseconds, and what is JSON as bytes."""
    if field.type == _MOMENT:
        column = column.cast(pa.int64())
    elif field.name == _DATA:
        column = column.cast(pa.binary())
    values: list[Any] = column.to_pylist()
    return values
