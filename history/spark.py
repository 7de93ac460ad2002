"""A pulled history in Spark, for whoever outgrows one machine: its events, and what the services fold of them.

::

    told = events(spark, "our-history")
    told.groupBy("service", "month", "type").count()
    read_model(told.where("recorded_at < '2026-03-01'"), "failure_wall").where("shown")

Rows of a read model do not depend on each other: events are brought together by the rows that they concern, and each
worker folds its own. So this project, and what it runs on, must be there for every worker. PySpark is yours to install.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, functions

from chassis.processing.read_model import ReadModel
from chassis.recorded import Recorded
from contracts.event import converter, family_of
from history.columns import SCHEMA, events_of
from history.errors import Interrupted
from history.folder import EVENTS, Folder
from history.models import MODELS, model_named
from history.typed import Structure, columns_of

_AT_ONCE = 1_000
"""Rows that are handed over together."""
_OF_ARROW: Mapping[str, str] = {"int32": "int", "int64": "bigint", "string": "string"}
_OF_SQL: Mapping[str, str] = {"VARCHAR": "string", "JSON": "string"}
"""Those that Spark calls otherwise."""
_ORDER = ("recorded_at", "service", "partition", "position")
_FOLDED = "key string, row string"


def events(spark: SparkSession, path: Path | str) -> DataFrame:
    """All that is told, as it was recorded: the columns of the files, ``service`` and ``month``; moments are moments.

    What the manifest does not name does not count, and what is withheld is passed by. The folder must lie where every
    worker finds it. Raises WrongFolder.
    """
    folder = Folder(Path(path))
    files = [f"file://{place}" for place in folder.files(folder.manifest())]
    if not files:
        return spark.createDataFrame([], _SCHEMA)
    reader = spark.read.schema(_SCHEMA).option("basePath", f"file://{folder.path.resolve() / EVENTS}")
    return reader.parquet(*files).where("id IS NOT NULL")


def read_model(told: DataFrame, name: str) -> DataFrame:
    """The rows that the services would have after these events, in columns. Raises HistoryError for an unknown name."""
    structure = {column.name: column.structure for column in columns_of(model_named(name).row)}
    row = functions.from_json("row", _type(structure))
    return folded(told, name).select(row.alias("row")).select("row.*")


def folded(told: DataFrame, name: str) -> DataFrame:
    """The same as JSON, with the ``key`` of each ``row``."""
    model = model_named(name)
    families = "|".join(sorted(re.escape(family_of(each)) for each in model.types))
    meant = told.where(functions.col("type").rlike(rf"^({families})\.v[0-9]+$"))
    ours = meant.where(functions.col("service").isin(*model.sources)).select("service", *SCHEMA.names)
    by_row = ours.mapInArrow(partial(_by_row, name), f"{_COLUMNS}, service string, key string")
    in_order = by_row.repartition("key").sortWithinPartitions("key", *_ORDER)
    return in_order.mapInArrow(partial(_folded, name), _FOLDED)


def _by_row(name: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each event once for every row that it concerns."""
    for batch in batches:
        pairs = [(n, key) for n, recorded in enumerate(_events(batch)) for key in _keys(MODELS[name], recorded)]
        taken = batch.select([*SCHEMA.names, "service"]).take(pa.array([n for n, _ in pairs], pa.int64()))
        yield taken.append_column("key", pa.array([key for _, key in pairs], pa.string()))


def _folded(name: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    rows = _rows(MODELS[name], batches)
    while some := list(islice(rows, _AT_ONCE)):
        columns = zip(*some, strict=True)
        yield pa.record_batch([pa.array(values, pa.string()) for values in columns], names=["key", "row"])


def _rows(model: ReadModel[Any], batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, str]]:
    pairs = (pair for batch in batches for pair in zip(batch.column("key").to_pylist(), _events(batch), strict=True))
    for key, concerning in groupby(pairs, key=itemgetter(0)):
        row = None
        for _, recorded in concerning:
            with _told_of(recorded):
                row = model.fold(row, recorded, key)
        if row is not None:
            yield key, converter.dumps(row).decode()


def _keys(model: ReadModel[Any], recorded: Recorded) -> list[str]:
    with _told_of(recorded):
        return list(model.keys(recorded))


@contextmanager
def _told_of(recorded: Recorded) -> Iterator[None]:
    """Whatever is raised is told with the event."""
    try:
        yield
    except Exception as error:
        raise Interrupted(recorded, error) from error


def _events(batch: pa.RecordBatch) -> list[Recorded]:
    """Spark has moments in the time zone of its session."""
    table = pa.Table.from_batches([batch])
    return events_of(table.select(SCHEMA.names).cast(SCHEMA), table.column("service").to_pylist())


def _type(structure: Structure) -> str:
    """As Spark writes it."""
    if isinstance(structure, str):
        return _OF_SQL.get(structure, structure)
    if isinstance(structure, list):
        return f"array<{_type(structure[0])}>"
    fields = ", ".join(f"`{name}`: {_type(inner)}" for name, inner in structure.items())
    return f"struct<{fields}>"


_COLUMNS = ", ".join(f"`{field.name}` {_OF_ARROW.get(str(field.type), 'timestamp')}" for field in SCHEMA)
_SCHEMA = f"{_COLUMNS}, service string, month string"
