"""A pulled history as a database to be asked: DuckDB, in this process, over the folder's own files.

Whoever asks reads what the manifest names and nothing else, and writes nothing: other files, other addresses, settings
and extensions are out of reach, and only statements that select are run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from chassis.recorded import to_micros
from contracts.event import brought_up, converter, upcasters
from history import views
from history.chosen import Bounds
from history.columns import SCHEMA
from history.errors import NotAsked
from history.moments import By, Moment
from history.replay import History
from history.scenario import AS_IT_WAS, Scenario
from history.shown import SHOWN

_COLUMNS = ("service", "month", *SCHEMA.names)
_TYPES: Mapping[str, str] = {
    "partition": "INTEGER",
    "position": "BIGINT",
    "version": "INTEGER",
    "recorded_at": "TIMESTAMP",
    "occurred_at": "TIMESTAMP",
}
"""Those that are not text."""
_MONTH = "strftime(make_timestamp(epoch_us(recorded_at)), '%Y-%m')"
_WORD = re.compile(r"\w+")


class Database:
    """Made of a history, with its bounds and what is supposed in it; close it. Raises WrongFolder, HistoryError."""

    def __init__(self, history: History) -> None:
        self.history = history
        """What it is of: the positions that its answers are of, and what lies in the folder."""
        self._folded: set[str] = set()
        self._connection = duckdb.connect(":memory:")
        files = history.folder.files(history.manifest)
        if is_supposed := history.scenario is not AS_IT_WAS:
            self._suppose(history.scenario)
        self._connection.execute(f"CREATE VIEW told AS {_told(files, history.bounds, is_supposed)}")
        self._connection.execute(f"CREATE VIEW events AS {self._bring_up()}")
        for statement in _views():
            self._connection.execute(statement)
        self._lock(files)

    def ask(self, question: str) -> Any:
        """Run one SELECT: a cursor as DuckDB has it. Raises NotAsked for anything else, and for SQL with an error.

        What the services fold is folded here the first time that it is asked for.
        """
        with self._asked(question):
            return self._connection.execute(question)

    def table(self, question: str) -> pa.Table:
        """The answer as an Arrow table. Raises as ``ask``."""
        with self._asked(question):
            return self._connection.sql(question).to_arrow_table()

    @contextmanager
    def _asked(self, question: str) -> Iterator[None]:
        try:
            statements = self._connection.extract_statements(question)
            if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
                raise NotAsked("one SELECT at a time: a history is only read")
            self._fold(question)
            yield
        except duckdb.Error as error:
            raise NotAsked(str(error).strip().partition("\n")[0]) from error

    def close(self) -> None:
        """Give back what it holds."""
        self._connection.close()

    def _suppose(self, scenario: Scenario) -> None:
        """What is left out and what is added, as tables."""
        left_out = pa.table({"id": pa.array(sorted(scenario.left_out), pa.string())})
        self._connection.execute("CREATE TABLE left_out (id VARCHAR)")
        self._insert(left_out, "INSERT INTO left_out FROM given")
        self._connection.execute(f"CREATE TABLE added AS FROM {_read([])}")
        self._insert(scenario.table(), f"INSERT INTO added SELECT {_selected({'month': _MONTH})} FROM given")  # noqa: S608 - ours

    def _bring_up(self) -> str:
        """All events, those of superseded versions as the newest has them: how they become it is said in Python."""
        if not (older := [f"'{name}'" for name in upcasters()]):
            return "FROM told"
        among = ", ".join(older)
        found = self._connection.sql(f"SELECT * FROM told WHERE type IN ({among})").to_arrow_table()  # noqa: S608 - ours
        self._connection.execute("CREATE TABLE brought_up AS FROM told WHERE false")
        self._insert(_newest(found), "INSERT INTO brought_up BY NAME FROM given")
        return f"FROM told WHERE type NOT IN ({among}) UNION ALL FROM brought_up"

    def _lock(self, files: Sequence[str]) -> None:
        self._connection.execute("SET allowed_paths = ?", [list(files)])
        for setting in ("enable_external_access", "autoinstall_known_extensions", "autoload_known_extensions"):
            self._connection.execute(f"SET {setting} = false")
        self._connection.execute("SET lock_configuration = true")

    def _fold(self, question: str) -> None:
        """What the question may be about: DuckDB finds no names in one that joins USING a column."""
        names = set(_WORD.findall(question.lower()))
        wanted = names | (views.OF_FUNNEL if "funnel" in names else set())
        for view in views.folded():
            if view.name in wanted - self._folded and view.select is None:
                self._fill(view)
                self._folded.add(view.name)

    def _fill(self, view: views.View) -> None:
        rows = self.history.read_model(SHOWN[view.name].model).rows.values()
        shown = [converter.dumps(row).decode() for row in rows if getattr(row, "shown", True)]
        table = pa.table({"row": pa.array(shown, pa.string())})
        self._insert(table, f"INSERT INTO {view.name} SELECT {views.unnested('row', view.columns)} FROM given")  # noqa: S608 - ours

    def _insert(self, given: pa.Table, statement: str) -> None:
        self._connection.register("given", given)
        self._connection.execute(statement)
        self._connection.unregister("given")


@contextmanager
def opened(
    path: Path, as_of: Moment | None = None, by: By = "recorded_at", scenario: Scenario = AS_IT_WAS
) -> Iterator[Database]:
    """That of a folder, as of a moment and with something otherwise, for the length of the block.

    Raises WrongFolder, HistoryError.
    """
    history = History.open(path).what_if(scenario)
    database = Database(history if as_of is None else history.as_of(as_of, by))
    try:
        yield database
    finally:
        database.close()


def _newest(table: pa.Table) -> pa.Table:
    pairs = zip(table.column("type").to_pylist(), table.column("data").to_pylist(), strict=True)
    newest = [brought_up(name, orjson.loads(data)) for name, data in pairs]
    for name, values in (
        ("type", [type_ for type_, _ in newest]),
        ("data", [orjson.dumps(f).decode() for _, f in newest]),
    ):
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
    return table


def _told(files: Sequence[str], bounds: Bounds, is_supposed: bool) -> str:
    """All that is not withheld, as it was recorded, up to the bounds; with what is supposed."""
    time = "recorded_at" if bounds.by == "recorded_at" else "coalesce(occurred_at, recorded_at)"
    known = "" if bounds.until is None else f" AND {time} <= make_timestamp({to_micros(bounds.until)})"
    was = f"SELECT * FROM {_read(files)} WHERE id IS NOT NULL{known}"  # noqa: S608 - ours
    if not is_supposed:
        return was
    return f"{was} AND id NOT IN (FROM left_out) UNION ALL SELECT * FROM added WHERE true{known}"  # noqa: S608 - ours


def _views() -> Iterator[str]:
    for view in (*views.of_events(), *views.folded()):
        if view.select is None:
            columns = ", ".join(f'"{column.name}" {column.sql}' for column in view.columns)
            yield f"CREATE TABLE {view.name} ({columns})"
        else:
            yield f"CREATE VIEW {view.name} AS {view.select}"


def _read(files: Sequence[str]) -> str:
    """All rows of these files; of none the same columns."""
    if not files:
        columns = ", ".join(f'NULL::{_TYPES.get(name, "VARCHAR")} AS "{name}"' for name in _COLUMNS)
        return f"(SELECT {columns} WHERE false)"
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    kinds = "hive_types = {'service': VARCHAR, 'month': VARCHAR}"
    return f"(SELECT {_selected({})} FROM read_parquet([{listed}], hive_partitioning = true, {kinds}))"  # noqa: S608 - quoted


def _selected(others: Mapping[str, str]) -> str:
    """The columns, as DuckDB calculates with them; some of them made otherwise."""
    made = {name: _in_utc(name) if _TYPES.get(name) == "TIMESTAMP" else f'"{name}"' for name in _COLUMNS}
    made.update(others)
    return ", ".join(f'{made[name]} AS "{name}"' for name in _COLUMNS)


def _in_utc(name: str) -> str:
    """A moment as DuckDB calculates with it by itself: with time zones it takes an extension that is not installed."""
    return f'make_timestamp(epoch_us("{name}"))'
