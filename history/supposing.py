"""Scenario files: what is supposed, in TOML, and the events of a history that are meant by it.

::

    name = "If the weak evidence had not counted"

    [[leave_out]]
    events = "experiment_failed"
    where = "evidence_level = 'weak'"

    [[change]]
    events = "experiment_inconclusive"
    where = "unit = 'vof'"
    becomes = "experiment_failed"
    set = { evidence_level = "moderate" }

    [[add]]
    event = "idea_supported"
    stream = "idea-0b8f…"
    at = 2026-03-01T12:00:00Z
    data = { idea_id = "0b8f…", supporter_id = "somebody" }

``events`` is a view of ``nyfiken history sql``, and ``where`` what SQL says after WHERE.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, Regexp

from chassis.recorded import Metadata, Recorded
from contracts.event import events, family_of
from contracts.generate.catalogue import OWNERS, Event
from contracts.generate.schemas import marshmallow_schema
from history.database import Database
from history.errors import HistoryError, NotAsked
from history.scenario import PARTITION, Scenario

_ALL = "events"
_STREAM = r"\A[a-z]+-[a-z0-9_-]{4,64}\Z"


class _LeftOut(Schema):
    events = fields.String(required=True)
    where = fields.String(load_default="true")


class _Changed(_LeftOut):
    becomes = fields.String(load_default=None)
    set = fields.Dict(keys=fields.String(), load_default=dict)


class _Added(Schema):
    event = fields.String(required=True)
    stream = fields.String(required=True, validate=Regexp(_STREAM))
    at = fields.Raw(required=True)
    data = fields.Dict(keys=fields.String(), required=True)


class _File(Schema):
    name = fields.String(required=True, validate=Length(1, 200))
    leave_out = fields.List(fields.Nested(_LeftOut), load_default=list)
    change = fields.List(fields.Nested(_Changed), load_default=list)
    add = fields.List(fields.Nested(_Added), load_default=list)


def read(place: Path, database: Database) -> Scenario:
    """What a file supposes of this history. Raises HistoryError, which names the place in the file and the reason."""
    said = _loaded(place)
    supposing = _Supposing(place, database)
    for number, each in enumerate(said["leave_out"]):
        supposing.leave_out(f"leave_out.{number}", each)
    for number, each in enumerate(said["change"]):
        supposing.change(f"change.{number}", each)
    for number, each in enumerate(said["add"]):
        supposing.add(f"add.{number}", each)
    return supposing.scenario(said["name"])


def _loaded(place: Path) -> Mapping[str, Any]:
    try:
        return _File().load(tomllib.loads(place.read_text(encoding="utf-8")))  # type: ignore[no-any-return]
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"{place}: cannot be read ({type(error).__name__})") from error
    except tomllib.TOMLDecodeError as error:
        raise HistoryError(f"{place}: is not TOML: {error}") from error
    except ValidationError as error:
        raise HistoryError(f"{place}: {_first(error.messages)}") from error


class _Supposing:
    """A scenario in the making."""

    def __init__(self, place: Path, database: Database) -> None:
        self._place = place
        self._database = database
        self._left_out: dict[str, str] = {}
        """Id → by what."""
        self._added: list[Recorded] = []

    def scenario(self, name: str) -> Scenario:
        """All that was supposed."""
        added = sorted(self._added, key=lambda recorded: recorded.recorded_at)
        return Scenario(name=name, left_out=frozenset(self._left_out), added=added)

    def leave_out(self, at: str, said: Mapping[str, Any]) -> None:
        """Without these."""
        for meant in self._meant(at, said):
            self._without(at, meant["id"])

    def change(self, at: str, said: Mapping[str, Any]) -> None:
        """These in another way, at their time and in their place."""
        for meant in self._meant(at, said):
            self._without(at, meant["id"])
            event = self._event(f"{at}.becomes", said["becomes"] or meant["type"])
            kept = {name: value for name, value in orjson.loads(meant["data"]).items() if name in _names(event)}
            self._happen(at, event, meant["stream"], _utc(meant["recorded_at"]), {**kept, **said["set"]}, meant)

    def add(self, at: str, said: Mapping[str, Any]) -> None:
        """This, too."""
        moment = said["at"]
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise self._wrong(f"{at}.at", "is no moment with a time zone (2026-03-01T12:00:00Z)")
        if moment > datetime.now(UTC):
            raise self._wrong(f"{at}.at", "is in the future; nothing is known of it")
        self._happen(at, self._event(f"{at}.event", said["event"]), said["stream"], moment, said["data"], {})

    def _meant(self, at: str, said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The events that this is about, as rows."""
        name = said["events"].lower()
        if name != _ALL:
            self._event(f"{at}.events", name)
        key = "id" if name == _ALL else "event_id"
        meant = f"SELECT {key} FROM {name} WHERE {said['where']}"  # noqa: S608 - of whoever asks, who only reads
        columns = 'id, type, stream, recorded_at, occurred_at, "by", data'
        question = f"SELECT {columns} FROM events WHERE id IN ({meant})"  # noqa: S608 - the same
        try:
            found = self._database.table(question).to_pylist()
        except NotAsked as error:
            raise self._wrong(f"{at}.where", str(error)) from error
        if not found:
            raise self._wrong(at, "no event is meant by it")
        yield from found

    def _without(self, at: str, id_: str) -> None:
        if id_ in self._left_out:
            raise self._wrong(at, f"means an event that {self._left_out[id_]} means, too: {id_}")
        self._left_out[id_] = at

    def _happen(
        self, at: str, event: Event, stream: str, moment: datetime, data: Mapping[str, Any], was: Mapping[str, Any]
    ) -> None:
        happened = was.get("occurred_at")
        self._added.append(
            Recorded(
                id=str(uuid5(NAMESPACE_URL, f"{was.get('id', '')} {at}")),
                service=event.service,
                partition=PARTITION,
                position=len(self._added) + 1,
                stream=stream,
                version=0,
                type=event.name,
                data=self._checked(at, event, data),
                metadata=Metadata(by=was.get("by"), causation_id=was.get("id")),
                recorded_at=moment,
                occurred_at=happened and _utc(happened),
            )
        )

    def _checked(self, at: str, event: Event, data: Mapping[str, Any]) -> bytes:
        """As its contract has it."""
        written = orjson.dumps(data)
        if unknown := sorted(data.keys() - _names(event)):
            raise self._wrong(f"{at}.{unknown[0]}", f"is no field of {event.name}")
        if errors := _schema(event).validate(orjson.loads(written)):
            raise self._wrong(at, _first(errors))
        return written

    def _event(self, at: str, said: str) -> Event:
        """The newest version of a kind, by its name in SQL or its permanent one."""
        family = said.lower().replace("_", "-").partition(".v")[0]
        for name, kind in events().items():
            owner = OWNERS.get(kind.__module__.removeprefix("contracts."))
            if owner and family_of(name) == family:
                return Event(name=name, service=owner, kind=kind)
        raise self._wrong(at, f"{said}: there is no such kind of event (nyfiken history sql … 'SHOW TABLES')")

    def _wrong(self, at: str, reason: str) -> HistoryError:
        return HistoryError(f"{self._place}: {at}: {reason}")


@cache
def _names(event: Event) -> frozenset[str]:
    return frozenset(field.name for field in event.published)


@cache
def _schema(event: Event) -> Schema:
    return marshmallow_schema(event)()


def _utc(moment: datetime) -> datetime:
    """DuckDB gives moments in UTC, and does not say so."""
    return moment.replace(tzinfo=UTC)


def _first(errors: Any) -> str:
    """The place of the first thing that is wrong, and what is: ``leave_out.0.where: Not a valid string.``"""
    if isinstance(errors, dict):
        place, rest = next(iter(errors.items()))
        return f"{place}.{_first(rest)}" if isinstance(rest, dict) else f"{place}: {_first(rest)}"
    return str(errors[0]) if isinstance(errors, list) else str(errors)
