"""Folding a batch onto the rows of a read model: read them at once, fold in memory, write them at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from chassis.logs import reason_of
from chassis.processing.bulk import bulk
from chassis.processing.read_model import ReadModel
from chassis.processing.search import Indexed, index
from chassis.recorded import Recorded
from contracts.event import UnknownEventVersion

R = TypeVar("R")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An event that did not go onto a row, and why."""

    recorded: Recorded
    key: str
    reason: str


class Folding(Generic[R]):
    """The rows one batch touches."""

    def __init__(self, connection: sa.Connection, model: ReadModel[R], table: sa.Table) -> None:
        self._connection = connection
        self._model = model
        self._table = table
        self._kept = bulk(connection, table)
        self._columns = [f.name for f in dataclasses.fields(model.row)]  # type: ignore[arg-type]
        self._before: dict[str, R | None] = {}
        self._rows: dict[str, R | None] = {}

    def fold(self, keyed: Sequence[tuple[Recorded, str]]) -> list[Failed]:
        """Fold all of them in order; a key that fails is left as it was, and its later events fail with it."""
        self._load(key for _, key in keyed)
        failed: dict[str, list[Failed]] = {}
        for recorded, key in keyed:
            if key in failed:
                failed[key].append(Failed(recorded=recorded, key=key, reason="waits for an earlier event"))
                continue
            try:
                self.fold_one(recorded, key)
            except UnknownEventVersion:
                raise
            except Exception as error:  # noqa: BLE001 - a fold may raise anything; its key is parked for it
                failed[key] = [Failed(recorded=recorded, key=key, reason=reason_of(error))]
        return [each for group in failed.values() for each in group]

    def fold_one(self, recorded: Recorded, key: str) -> None:
        """Fold one event onto one row; raises what the fold raises."""
        if key not in self._rows:
            self._load([key])
        self._rows[key] = self._model.fold(self._rows[key], recorded, key)

    def write(self) -> None:
        """Write the rows that are not as they were."""
        changed = {key: row for key, row in self._rows.items() if row != self._before[key]}
        self._kept.write({key: self._values(row) for key, row in changed.items()})
        if self._model.search:
            words = [(self._indexed(key, self._before[key]), self._indexed(key, row)) for key, row in changed.items()]
            index(self._connection, self._table.name, [now for before, now in words if now != before])

    def _values(self, row: R | None) -> dict[str, Any] | None:
        return None if row is None else {name: getattr(row, name) for name in self._columns}

    def _indexed(self, key: str, row: R | None) -> Indexed:
        heading, body = (getattr(row, name or "", "") for name in (self._model.heading, self._model.search))
        return Indexed(key=key, heading=heading, body=body)

    def _load(self, keys: Iterable[str]) -> None:
        missing = {key for key in keys if key not in self._rows}
        self._before.update(dict.fromkeys(missing))
        self._before.update({key: self._model.row(**found) for key, found in self._kept.load(missing).items()})
        self._rows.update({key: self._before[key] for key in missing})
