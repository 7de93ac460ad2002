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
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from chassis.processing.read_model import ReadModel
from chassis.recorded import Position, Recorded
from contracts.event import events, family_of
from history.chosen import Bounds, Chosen
from history.columns import events_of
from history.errors import HistoryError, Interrupted
from history.folder import UNKNOWN_MONTH, Folder
from history.interpreter import rarely_collecting
from history.manifest import Manifest, Part
from history.models import model_named
from history.moments import By, Moment, first_of, moment_of
from history.scenario import AS_IT_WAS, WITH_SERVICE, Scenario

S = TypeVar("S")
Fold = Callable[[Any, Recorded, str], Any]
"""What a read model is folded by."""
_AT_ONCE = 20_000
"""Events that are in memory as objects at the same time."""


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

    def __init__(self, folder: Folder, manifest: Manifest, bounds: Bounds, scenario: Scenario = AS_IT_WAS) -> None:
        self.folder = folder
        self.manifest = manifest
        """What lies in the folder."""
        self.bounds = bounds
        self.scenario = scenario
        """What is supposed to be otherwise."""

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
            reached = self.manifest.reached(service).get(partition)
            if reached is None or reached.position < position:
                raise HistoryError(f"{Position(service, partition, position)}: was not pulled yet")
        return self._bounded(positions=wanted)

    def what_if(self, scenario: Scenario) -> History:
        """The same with something otherwise: in the memory of who asks, and nowhere else."""
        return History(self.folder, self.manifest, self.bounds, scenario)

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions that answers are of.

        As of a time of recording those that were the last by then, as far as anything of them is told; by when it
        happened it is all that was pulled, as what is recorded later counts, too.
        """
        ends = {(name, one.partition): one.position for name, each in self.manifest.services.items() for one in each}
        if self.bounds.until is not None and self.bounds.by == "recorded_at":
            known = self._known_by(self.bounds.until)
            ends = {place: known.get(place, 0) for place in ends}
        if self.bounds.positions is not None:
            ends = {place: min(end, ends.get(place, 0)) for place, end in self.bounds.positions.items()}
        return tuple(Position(*place, position) for place, position in sorted(ends.items()))

    def _known_by(self, moment: datetime) -> Mapping[tuple[str, int], int]:
        known: dict[tuple[str, int], int] = {}
        for part in self.manifest.parts:
            table = self.folder.table(part, ["partition", "position", "recorded_at"])
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
        Raises HistoryError for a name that is none.
        """
        chosen = Chosen(
            services=None if sources is None else frozenset(sources),
            families=_families(types),
            since=None if since is None else first_of(since),
            until=None if until is None else moment_of(until),
            stream=stream,
            bounds=self.bounds,
        )
        for month, parts in self._by_month(chosen):
            yield from self._in_order(self._together(month, parts, chosen))

    def to_arrow(self, types: Iterable[str] | None = None) -> pa.Table:
        """All events as one Arrow table: the columns of the files, and service. Small enough to be in memory."""
        chosen = Chosen(
            services=None, families=_families(types), since=None, until=None, stream=None, bounds=self.bounds
        )
        tables = [self._together(month, parts, chosen) for month, parts in self._by_month(chosen)]
        return pa.concat_tables(tables) if tables else WITH_SERVICE.empty_table()

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
        with rarely_collecting():
            for recorded in self.events(types=types, stream=stream):
                try:
                    state = fold(state, recorded)
                except Exception as error:
                    raise Interrupted(recorded, error) from error
        return state

    def read_model(self, name: str, fold: Fold | None = None) -> Folded:
        """The rows that the services would have, by their own folds, or by another one that gets the same.

        That is the row there was or None, an event, and the key; it gives the row, or None to remove it. Raises
        HistoryError for an unknown name, Interrupted for whatever the fold raises.
        """
        model = model_named(name)
        rows: dict[str, Any] = {}
        with rarely_collecting():
            for recorded in self.events(types=model.types, sources=model.sources):
                try:
                    _fold(rows, model, fold or model.fold, recorded)
                except Exception as error:
                    raise Interrupted(recorded, error) from error
        positions = tuple(at for at in self.positions if at.service in model.sources)
        return Folded(model=model, rows=rows, positions=positions)

    def diff(self, name: str, first: Moment, then: Moment, by: By = "recorded_at") -> Difference:
        """What is otherwise in a read model between two moments."""
        return difference(self.as_of(first, by).read_model(name), self.as_of(then, by).read_model(name))

    def _bounded(self, **bounds: Any) -> History:
        return History(self.folder, self.manifest, dataclasses.replace(self.bounds, **bounds), self.scenario)

    def _by_month(self, chosen: Chosen) -> Iterator[tuple[str, Sequence[Part]]]:
        """The files of one month after the other: what is recorded in one was recorded before all of the next."""
        months: dict[str, list[Part]] = {month: [] for month in self.scenario.months()}
        for part in self.manifest.parts:
            if part.month != UNKNOWN_MONTH and chosen.may_be_in(part):
                months.setdefault(part.month, []).append(part)
        for month in sorted(months):
            yield month, months[month]

    def _in_order(self, together: pa.Table) -> Iterator[Recorded]:
        for start in range(0, together.num_rows, _AT_ONCE):
            some = together.slice(start, _AT_ONCE)
            yield from events_of(some, some.column("service").to_pylist())

    def _together(self, month: str, parts: Sequence[Part], chosen: Chosen) -> pa.Table:
        """The rows of a month that are meant, in the order in which they were recorded."""
        told = [(part.service, self.scenario.without(self.folder.table(part))) for part in parts]
        tables = [
            chosen.of(service, table.append_column("service", pa.array([service] * table.num_rows, pa.string())))
            for service, table in (*told, *self.scenario.of_month(month))
        ]
        names = ("recorded_at", "service", "partition", "position")
        return pa.concat_tables(tables).sort_by([(name, "ascending") for name in names])


def _fold(rows: dict[str, Any], model: ReadModel[Any], fold: Fold, recorded: Recorded) -> None:
    for key in model.keys(recorded):
        row = fold(rows.get(key), recorded, key)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row


def _families(types: Iterable[str] | None) -> frozenset[str] | None:
    if types is None:
        return None
    families, known = {family_of(name): name for name in types}, {family_of(name) for name in events()}
    for unknown in families.keys() - known:
        raise HistoryError(f"{families[unknown]}: is no event of this release")
    return frozenset(families)


def difference(before: Folded, after: Folded) -> Difference:
    """What is otherwise in the second."""
    both = before.rows.keys() & after.rows.keys()
    return Difference(
        came={key: row for key, row in after.rows.items() if key not in before.rows},
        went={key: row for key, row in before.rows.items() if key not in after.rows},
        changed={key: (before.rows[key], after.rows[key]) for key in both if before.rows[key] != after.rows[key]},
    )
