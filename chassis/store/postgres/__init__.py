"""The event store on PostgreSQL: what an organisation runs on."""

from chassis.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
