"""The event store on SQLite: the embedded default, and what fast tests run on."""

from chassis.store.sqlite.store import SqliteStore, open_store

__all__ = ["SqliteStore", "open_store"]
