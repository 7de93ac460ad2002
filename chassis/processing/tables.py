"""The chassis' own tables beside the events: how far each processor is, who runs it, what it has set aside."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.processing.databases import on_postgres

METADATA = sa.MetaData()

CHECKPOINTS = sa.Table(
    "checkpoints",
    METADATA,
    sa.Column("processor", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
)

LEASES = sa.Table(
    "leases",
    METADATA,
    sa.Column("processor", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("epoch", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("released", sa.Boolean, nullable=False),
    # An event that kills its process: at which checkpoint leases were lost, how often, and what was tried alone then.
    sa.Column("lost_at", sa.BigInteger, nullable=False, default=-1),
    sa.Column("lost", sa.Integer, nullable=False, default=0),
    sa.Column("trying", sa.BigInteger, nullable=False, default=0),
    sa.Column("tries", sa.Integer, nullable=False, default=0),
)

WORKERS = sa.Table(
    "workers",
    METADATA,
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("processor", sa.Text, primary_key=True),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
)

PARKED_KEYS = sa.Table(
    "parked_keys",
    METADATA,
    sa.Column("processor", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
)

PARKED_EVENTS = sa.Table(
    "parked_events",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("processor", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("event", sa.LargeBinary, nullable=False),
    sa.Index("parked_events_by_key", "processor", "key", "number"),
)

READ_MODELS = sa.Table(
    "read_models",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("generation", sa.Integer, primary_key=True),
    sa.Column("serving", sa.Boolean, nullable=False),
    sa.Column("retired", sa.Boolean, nullable=False),
)

SOURCE_HEADS = sa.Table(
    "source_heads",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("partition", sa.Integer, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
)

RELAYED = sa.Table(
    "relayed",
    METADATA,
    sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    # Which topic that was, and where in it the last event lies: another topic is published anew, as is one cut short.
    sa.Column("topic_id", sa.Text, nullable=False),
    sa.Column("topic_offset", sa.BigInteger, nullable=False),
)


def create_tables(connection: sa.Connection) -> None:
    """Make those that are not there yet; on PostgreSQL migrations have made them."""
    if not on_postgres(connection):
        METADATA.create_all(connection, checkfirst=True)
