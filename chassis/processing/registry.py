"""Which table of a read model serves: versions and generations, built beside each other, switched when caught up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

from chassis.errors import Unavailable
from chassis.processing.checkpoints import forget
from chassis.processing.databases import alone
from chassis.processing.read_model import ReadModel
from chassis.processing.rows import Rows
from chassis.processing.search import drop_index
from chassis.processing.tables import CHECKPOINTS, PARKED_KEYS, READ_MODELS
from chassis.recorded import Position

R = TypeVar("R")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One table of a read model."""

    name: str
    version: int
    generation: int
    serving: bool

    @property
    def processor(self) -> str:
        """The name of its table, and of the processor that fills it."""
        return f"{self.name}_v{self.version}" + (f"_g{self.generation}" if self.generation > 1 else "")


_USED = sa.select(READ_MODELS).where(~READ_MODELS.c.retired).order_by(READ_MODELS.c.generation)
_LATER = sa.case((READ_MODELS.c.generation > 1, "_g" + sa.cast(READ_MODELS.c.generation, sa.Text)), else_="")
_PROCESSOR = READ_MODELS.c.name + "_v" + sa.cast(READ_MODELS.c.version, sa.Text) + _LATER
"""``Generation.processor``, in SQL."""
_SERVING = (
    sa.select(
        READ_MODELS.c.generation,
        CHECKPOINTS.c.source,
        CHECKPOINTS.c.partition,
        CHECKPOINTS.c.position,
        sa.exists().where(PARKED_KEYS.c.processor == _PROCESSOR).label("has_parked"),
    )
    .outerjoin_from(READ_MODELS, CHECKPOINTS, CHECKPOINTS.c.processor == _PROCESSOR)
    .where(READ_MODELS.c.name == sa.bindparam("of_name"), READ_MODELS.c.version == sa.bindparam("of_version"))
    .where(READ_MODELS.c.serving)
)
"""Of one version at most one table serves: a row for each of its checkpoints."""


def tables(connection: sa.Connection, models: Iterable[ReadModel[Any]]) -> Iterator[tuple[ReadModel[Any], Generation]]:
    """The tables of these versions of read models that are built or serve: model by model, oldest first."""
    found = [
        Generation(name=row.name, version=row.version, generation=row.generation, serving=row.serving)
        for row in connection.execute(_USED)
    ]
    for model in models:
        yield from ((model, one) for one in found if (one.name, one.version) == (model.name, model.version))


def generations(connection: sa.Connection, model: ReadModel[Any]) -> list[Generation]:
    """The tables of this version of a read model that are built or serve, oldest first."""
    return [generation for _, generation in tables(connection, [model])]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The table that answers queries: which positions its rows are of, and whether any of them lag."""

    table: Generation
    positions: Sequence[Position]
    has_parked: bool

    @property
    def processor(self) -> str:
        """Whoever fills it."""
        return self.table.processor


def serving(connection: sa.Connection, model: ReadModel[Any]) -> Serving:
    """The table that answers queries, as it is now; Unavailable until one has caught up for the first time."""
    found = connection.execute(_SERVING, {"of_name": model.name, "of_version": model.version}).all()
    if not found:
        raise Unavailable("read-model-being-built", name=model.name)
    reached = ((row.source, row.partition, row.position) for row in found if row.source is not None)
    return Serving(
        table=Generation(name=model.name, version=model.version, generation=found[0].generation, serving=True),
        positions=[Position(*place) for place in sorted(reached)],
        has_parked=found[0].has_parked,
    )


def rows(connection: sa.Connection, model: ReadModel[R], of: Serving | None = None) -> Rows[R]:
    """The rows of the serving table, which is looked up where nobody has done so."""
    of = of or serving(connection, model)
    return Rows(connection, model, table_of(model, of.table.generation), has_parked=of.has_parked)


def rows_of(connection: sa.Connection, model: ReadModel[R], table: Generation) -> Rows[R]:
    """The rows of one table, whether it serves or not."""
    return Rows(connection, model, table_of(model, table.generation))


@cache
def table_of(model: ReadModel[Any], generation: int) -> sa.Table:
    """The table of one generation, made once: what SQLAlchemy has compiled it finds again only by that very object."""
    return model.table(sa.MetaData(), generation)


def start_generation(connection: sa.Connection, model: ReadModel[Any]) -> None:
    """Begin a new table of this version, unless one is being built; a worker notices and fills it from position 1."""
    alone(connection)
    same = (READ_MODELS.c.name == model.name, READ_MODELS.c.version == model.version)
    query = sa.select(READ_MODELS).where(*same).order_by(READ_MODELS.c.generation.desc()).limit(1)
    newest = connection.execute(query).one_or_none()
    if newest is None or newest.serving or newest.retired:
        row = {"name": model.name, "version": model.version, "generation": newest.generation + 1 if newest else 1}
        connection.execute(sa.insert(READ_MODELS), {**row, "serving": False, "retired": False})


def serve(connection: sa.Connection, caught_up: Generation) -> None:
    """Switch to a table that has caught up, for good; older generations of its version retire."""
    alone(connection)
    same = sa.and_(READ_MODELS.c.name == caught_up.name, READ_MODELS.c.version == caught_up.version)
    older = sa.and_(same, READ_MODELS.c.generation < caught_up.generation)
    connection.execute(sa.update(READ_MODELS).where(older).values(serving=False, retired=True))
    connection.execute(sa.update(READ_MODELS).where(_is(caught_up)).values(serving=True))


def give_up(connection: sa.Connection, built: Generation) -> None:
    """Build this table no further; ``prune`` drops it."""
    connection.execute(sa.update(READ_MODELS).where(_is(built)).values(retired=True))


def prune(connection: sa.Connection, models: tuple[ReadModel[Any], ...]) -> list[str]:
    """Drop the tables of retired generations and of versions older than today's; gives their names.

    All checkpoints go first: a worker that still fills one of them finishes its batch, and then cannot begin another.
    """
    alone(connection)
    current = {model.name: model.version for model in models}
    old = [
        Generation(name=row.name, version=row.version, generation=row.generation, serving=False)
        for row in connection.execute(sa.select(READ_MODELS))
        if row.retired or row.version < current.get(row.name, row.version)
    ]
    names = sorted(each.processor for each in old)
    for name in names:
        forget(connection, name)
    for name in names:
        drop_index(connection, name)
        sa.Table(name, sa.MetaData()).drop(connection, checkfirst=True)
    for each in old:
        _remove(connection, each)
    return names


def _remove(connection: sa.Connection, old: Generation) -> None:
    connection.execute(sa.delete(READ_MODELS).where(_is(old)))


def _is(table: Generation) -> sa.ColumnElement[bool]:
    same = sa.and_(READ_MODELS.c.name == table.name, READ_MODELS.c.version == table.version)
    return sa.and_(same, READ_MODELS.c.generation == table.generation)
