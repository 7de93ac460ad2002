"""Read models are tried on a store of each kind."""

from tests.stores import databases, open_store

__all__ = ["databases", "open_store"]
