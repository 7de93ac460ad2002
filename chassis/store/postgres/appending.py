"""An append as its one call: what the function ``append_events`` is given, and what its refusals mean."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import psycopg

from chassis.errors import Refused
from chassis.recorded import Position
from chassis.store.encoding import Encoded, encoded, partition_of
from chassis.store.postgres.connections import Raw
from chassis.store.postgres.keys import Keys, SealedValues
from chassis.store.protocol import Answer, Append, CommandKey, KeyTaken, VersionConflict
from chassis.store.sealing import KeyOf
from contracts.event import Json

_APPEND = "SELECT append_events(%s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, %s::timestamptz)"


def append(db: Raw, service: str, partitions: int, keys: Keys, what: Append, clock: datetime | None) -> Answer:
    """Record all of it in one round trip. Raises as ``Store.append``; inside a transaction that ends it."""
    people: dict[KeyOf, Json] = {}
    events: dict[int, list[Json]] = defaultdict(list)
    for change in what.changes:
        of_partition = events[partition_of(change.stream, partitions)]
        for version, new in enumerate(change.events, start=change.expected + 1):
            event = encoded(new)
            sealed = keys.seal(db, event, change.stream, version) if event.secrets else None
            if sealed:
                people[sealed.whose] = dataclasses.asdict(sealed.whose)
            of_partition.append(_event(len(of_partition) + 1, change.stream, version, event, sealed))
    given = (
        [_key(what, key) for key in what.keys],
        sorted(people.values(), key=lambda whose: (whose["person"], whose["scope"])),
        _streams(what),
        [{"number": number, "events": events[number]} for number in sorted(events)],
    )
    try:
        row = db.execute(_APPEND, (*(orjson.dumps(each).decode() for each in given), clock)).fetchone()
    except psycopg.DatabaseError as error:
        raise _refusal(error, service) from error
    return _answer(service, what, row[0] if row else ())


def to_answer(service: str, kept: Json) -> Answer:
    """An answer as the function ``answered`` gives it."""
    return Answer(
        status=kept["status"],
        ids=kept.get("ids", {}),
        versions={**kept.get("unchanged", {}), **kept.get("changed", {})},
        positions=_positions(service, kept["positions"]),
        body_hash=kept["body_hash"],
    )


def _event(n: int, stream: str, version: int, event: Encoded, sealed: SealedValues | None) -> Json:
    row: Json = {
        "n": n,
        "id": event.new.id,
        "stream": stream,
        "version": version,
        "type": event.type,
        "data": event.data.decode(),
        "metadata": event.metadata.decode(),
    }
    if event.new.occurred_at is not None:
        row["occurred_at"] = event.new.occurred_at.isoformat()
    if sealed:
        row |= {**dataclasses.asdict(sealed.whose), "wrapped": _hex(sealed.wrapped), "sealed": _hex(sealed.sealed)}
    return row


def _key(what: Append, key: CommandKey) -> Json:
    """A command's key keeps its answer; of several, as of a reaction's batch, each only that it is taken."""
    answer: Json = {"status": what.status, "body_hash": key.body_hash}
    if len(what.keys) == 1:
        answer |= {"ids": what.ids, "changed": _changed(what), "unchanged": what.unchanged}
    return {"caller": key.caller, "key": key.key, "answer": answer}


def _streams(what: Append) -> list[Json]:
    added = [{"id": c.stream, "expected": c.expected, "added": len(c.events)} for c in what.changes]
    kept = [{"id": stream, "expected": version, "added": 0} for stream, version in what.unchanged.items()]
    return sorted([*added, *kept], key=lambda stream: stream["id"].encode())


def _changed(what: Append) -> Mapping[str, int]:
    return {change.stream: change.expected + len(change.events) for change in what.changes}


def _answer(service: str, what: Append, last: Sequence[Sequence[int]]) -> Answer:
    versions = {**what.unchanged, **_changed(what)}
    return Answer(status=what.status, ids=what.ids, versions=versions, positions=_positions(service, last))


def _positions(service: str, last: Sequence[Sequence[int]]) -> tuple[str, ...]:
    return tuple(str(Position(service, partition, position)) for partition, position in last)


def _refusal(error: psycopg.DatabaseError, service: str) -> Exception:
    detail: Any = error.diag.message_detail or ""
    match error.sqlstate:
        case "NY001":
            return VersionConflict(detail)
        case "NY002":
            return KeyTaken(to_answer(service, orjson.loads(detail)))
        case "NY003":
            return Refused("person-erased")
    return error


def _hex(value: bytes) -> str:
    return f"\\x{value.hex()}"
