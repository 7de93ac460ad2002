"""Replaying: everything that a folder holds, or what was known of it at a moment, event by event and fold by fold.

::

    history = History.open("our-history")
    before = history.as_of("2026-03-01")
    walls = history.diff("failure_wall", "2026-03-01", "2026-09-01")
    counted = history.replay(lambda n, recorded: n + 1, 0, types=["experiment-failed.v1"])
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from chassis.processing.read_model import ReadModel
from chassis.recorded import Position, Recorded
from contracts.event import family_of
from history.columns import SCHEMA, events_of
from history.errors import HistoryError, Interrupted
from history.folder import UNKNOWN_MONTH, Folder
from history.manifest import Manifest, Part
from history.models import MODELS

S = TypeVar("S")
By = Literal["recorded_at", "occurred_at"]
Moment = datetime | date | str
_AT_ONCE = 20_000
"""Events that are in memory as objects at the same time."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What of a history is looked at: up to a moment, by one of its two times, and up to positions."""

    until: datetime | None = None
    by: By = "recorded_at"
    positions: Mapping[tuple[str, int], int] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The rows of a read model by their key, and the positions that they are of."""

    model: ReadModel[Any]
    rows: Mapping[str, Any]
    positions: tuple[Position, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is otherwise between two moments: rows that came, rows that went, and rows before and after."""

    came: Mapping[str, Any]
    went: Mapping[str, Any]
    changed: Mapping[str, tuple[Any, Any]]


class History:
    """A pulled history; nothing is read before it is asked for."""

    def __init__(self, folder: Folder, manifest: Manifest, bounds: Bounds) -> None:
        self._folder = folder
        self._manifest = manifest
        self._bounds = bounds

    @classmethod
    def open(cls, path: Path | str) -> History:
        """What was pulled into this folder until now. Raises WrongFolder."""
        folder = Folder(Path(path))
        return cls(folder, folder.manifest(), Bounds())

    def as_of(self, moment: Moment, by: By = "recorded_at") -> History:
        """As it was known then (``recorded_at``), or of what had happened by then (``occurred_at``).

        A day is meant to its end, in UTC; a moment needs a time zone. Raises HistoryError for one in the future.
        """
        until = moment_of(moment)
        if until > datetime.now(UTC):
            raise HistoryError(f"{moment}: is in the future; nothing is known of it")
        return self._bounded(until=until, by=by)

    def as_far_as(self, positions: Iterable[Position]) -> History:
        """Up to these positions, both included; of other partitions nothing. Raises HistoryError beyond the end."""
        wanted = {(at.service, at.partition): at.position for at in positions}
        for (service, partition), position in wanted.items():
            reached = self._manifest.reached(service).get(partition)
            if reached is None or reached.position < position:
                raise HistoryError(f"{Position(service, partition, position)}: was not pulled yet")
        return self._bounded(positions=wanted)

    @property
    def manifest(self) -> Manifest:
        """What lies in the folder."""
        return self._manifest

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions that answers are of.

        As of a time of recording those that were the last by then, as far as anything of them is told; by when it
        happened it is all that was pulled, as what is recorded later counts, too.
        """
        ends = {(name, one.partition): one.position for name, each in self._manifest.services.items() for one in each}
        if self._bounds.until is not None and self._bounds.by == "recorded_at":
            known = self._known_by(self._bounds.until)
            ends = {place: known.get(place, 0) for place in ends}
        if self._bounds.positions is not None:
            ends = {place: min(end, ends.get(place, 0)) for place, end in self._bounds.positions.items()}
        return tuple(Position(*place, position) for place, position in sorted(ends.items()))

    def _known_by(self, moment: datetime) -> Mapping[tuple[str, int], int]:
        known: dict[tuple[str, int], int] = {}
        for part in self._manifest.parts:
            table = self._folder.table(part, ["partition", "position", "recorded_at"])
            told = table.filter(pc.less_equal(table.column("recorded_at"), moment))
            lasts = told.group_by("partition").aggregate([("position", "max")])
            for partition, last in zip(
                *(lasts.column(n).to_pylist() for n in ("partition", "position_max")), strict=True
            ):
                place = (part.service, partition)
                known[place] = max(known.get(place, 0), last)
        return known

    def events(
        self,
        types: Iterable[str] | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        stream: str | None = None,
        sources: Iterable[str] | None = None,
    ) -> Iterator[Recorded]:
        """All events, in the order in which they were recorded; what is withheld is passed by.

        ``types`` are wire names, of which every version is given; ``since`` and ``until`` are of ``recorded_at``.
        """
        chosen = _Chosen(
            families=_families(types),
            since=None if since is None else _first_of(since),
            until=None if until is None else moment_of(until),
            stream=stream,
            bounds=self._bounds,
        )
        for parts in self._by_month(None if sources is None else set(sources), chosen):
            yield from self._in_order(parts, chosen)

    def to_arrow(self, types: Iterable[str] | None = None) -> pa.Table:
        """All events as one Arrow table: the columns of the files, and service. Small enough to be in memory."""
        chosen = _Chosen(families=_families(types), since=None, until=None, stream=None, bounds=self._bounds)
        tables = [self._together(parts, chosen) for parts in self._by_month(None, chosen)]
        return pa.concat_tables(tables) if tables else SCHEMA.append(pa.field("service", pa.string())).empty_table()

    def to_pandas(self, types: Iterable[str] | None = None) -> Any:
        """The same as a pandas DataFrame; pandas is yours to install."""
        return self.to_arrow(types).to_pandas()

    def to_polars(self, types: Iterable[str] | None = None) -> Any:
        """The same as a polars DataFrame; polars is yours to install."""
        return import_module("polars").from_arrow(self.to_arrow(types))

    def replay(
        self,
        fold: Callable[[S, Recorded], S],
        initial: S,
        types: Iterable[str] | None = None,
        stream: str | None = None,
    ) -> S:
        """Fold all events into one value. Raises Interrupted, which names the event, for whatever the fold raises."""
        state = initial
        for recorded in self.events(types=types, stream=stream):
            try:
                state = fold(state, recorded)
            except Exception as error:
                raise Interrupted(recorded, error) from error
        return state

    def read_model(self, name: str) -> Folded:
        """The rows that the services would have, by their own folds. Raises HistoryError for an unknown name."""
        model = MODELS.get(name)
        if model is None:
            raise HistoryError(f"{name}: is no read model; there are {', '.join(sorted(MODELS))}")
        rows: dict[str, Any] = {}
        for recorded in self.events(types=model.types, sources=model.sources):
            try:
                for key in model.keys(recorded):
                    row = model.fold(rows.get(key), recorded, key)
                    if row is None:
                        rows.pop(key, None)
                    else:
                        rows[key] = row
            except Exception as error:
                raise Interrupted(recorded, error) from error
        positions = tuple(at for at in self.positions if at.service in model.sources)
        return Folded(model=model, rows=rows, positions=positions)

    def diff(self, name: str, first: Moment, then: Moment, by: By = "recorded_at") -> Difference:
        """What is otherwise in a read model between two moments."""
        return difference(self.as_of(first, by).read_model(name), self.as_of(then, by).read_model(name))

    def _bounded(self, **bounds: Any) -> History:
        return History(self._folder, self._manifest, dataclasses.replace(self._bounds, **bounds))

    def _by_month(self, sources: set[str] | None, chosen: _Chosen) -> Iterator[Sequence[Part]]:
        """The files of one month after the other: what is recorded in one was recorded before all of the next."""
        months: dict[str, list[Part]] = {}
        for part in self._manifest.parts:
            if part.month != UNKNOWN_MONTH and (sources is None or part.service in sources) and chosen.may_be_in(part):
                months.setdefault(part.month, []).append(part)
        for month in sorted(months):
            yield months[month]

    def _in_order(self, parts: Sequence[Part], chosen: _Chosen) -> Iterator[Recorded]:
        together = self._together(parts, chosen)
        for start in range(0, together.num_rows, _AT_ONCE):
            some = together.slice(start, _AT_ONCE)
            yield from events_of(some, some.column("service").to_pylist())

    def _together(self, parts: Sequence[Part], chosen: _Chosen) -> pa.Table:
        """The rows of these files that are meant, in the order in which they were recorded."""
        tables = [(part.service, chosen.of(part.service, self._folder.table(part))) for part in parts]
        together = pa.concat_tables(
            table.append_column("service", pa.array([service] * table.num_rows, pa.string()))
            for service, table in tables
        )
        names = ("recorded_at", "service", "partition", "position")
        return together.sort_by([(name, "ascending") for name in names])


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Which events: found in columns, before any becomes an object."""

    families: frozenset[str] | None
    since: datetime | None
    until: datetime | None
    stream: str | None
    bounds: Bounds

    def may_be_in(self, part: Part) -> bool:
        """Whether the month of a file alone tells that none of it is meant."""
        ends = [each for each in (self.until, self.bounds.until) if each is not None]
        if self.bounds.by == "occurred_at" and self.bounds.until is not None:
            ends.remove(self.bounds.until)
        return not (self.since and f"{self.since:%Y-%m}" > part.month) and all(
            f"{end:%Y-%m}" >= part.month for end in ends
        )

    def of(self, service: str, table: pa.Table) -> pa.Table:
        """The rows of a table that are meant."""
        kept = pc.is_valid(table.column("id"))
        for condition in self._conditions(service, table):
            kept = pc.and_(kept, condition)
        return table.filter(kept)

    def _conditions(self, service: str, table: pa.Table) -> Iterator[Any]:
        recorded = table.column("recorded_at")
        if self.families is not None:
            names = pc.unique(table.column("type")).to_pylist()
            wanted = [name for name in names if family_of(name) in self.families]
            yield pc.is_in(table.column("type"), pa.array(wanted, pa.string()))
        if self.stream is not None:
            yield pc.equal(table.column("stream"), self.stream)
        if self.since is not None:
            yield pc.greater_equal(recorded, self.since)
        if self.until is not None:
            yield pc.less_equal(recorded, self.until)
        if self.bounds.until is not None:
            times = pc.coalesce(table.column("occurred_at"), recorded) if self.bounds.by == "occurred_at" else recorded
            yield pc.less_equal(times, self.bounds.until)
        if self.bounds.positions is not None:
            ends = {n: end for (name, n), end in self.bounds.positions.items() if name == service}
            within = pa.array([False] * table.num_rows)
            for partition, end in ends.items():
                here = pc.equal(table.column("partition"), partition)
                within = pc.or_(within, pc.and_(here, pc.less_equal(table.column("position"), end)))
            yield within


def _families(types: Iterable[str] | None) -> frozenset[str] | None:
    return None if types is None else frozenset(family_of(name) for name in types)


def difference(before: Folded, after: Folded) -> Difference:
    """What is otherwise in the second."""
    both = before.rows.keys() & after.rows.keys()
    return Difference(
        came={key: row for key, row in after.rows.items() if key not in before.rows},
        went={key: row for key, row in before.rows.items() if key not in after.rows},
        changed={key: (before.rows[key], after.rows[key]) for key in both if before.rows[key] != after.rows[key]},
    )


def moment_of(moment: Moment) -> datetime:
    """A moment in UTC; of a day its end. Raises HistoryError for what is none, or has no time zone."""
    return _read(moment, time.max)


def _first_of(moment: Moment) -> datetime:
    return _read(moment, time.min)


def _read(moment: Moment, of_a_day: time) -> datetime:
    if isinstance(moment, str):
        try:
            moment = date.fromisoformat(moment) if len(moment) <= len("2026-03-01") else datetime.fromisoformat(moment)
        except ValueError:
            raise HistoryError(f"{moment}: is no day (2026-03-01) and no moment (2026-03-01T12:00:00Z)") from None
    if not isinstance(moment, datetime):
        return datetime.combine(moment, of_a_day, UTC)
    if moment.tzinfo is None:
        raise HistoryError(f"{moment.isoformat()}: has no time zone; add Z or +01:00")
    return moment.astimezone(UTC)
