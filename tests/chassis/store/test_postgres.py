"""The PostgreSQL store keeps the promises of every store, and those of many writers and readers at once."""

from functools import partial

import pytest

from chassis.store.postgres import PostgresStore
from chassis.store.postgres.migrating import migrate
from chassis.testing.store_suite import Opener, StoreSuite

MASTER = bytes(range(32))


@pytest.fixture
def address(database: str) -> str:
    """A database of its own, migrated."""
    migrate(database, "suite", master_key=MASTER)
    return database


@pytest.fixture
def opener(address: str) -> Opener:
    return partial(PostgresStore, address, "suite", master_key=MASTER)


class TestPostgresStore(StoreSuite):
    @pytest.fixture
    def opener(self, opener: Opener) -> Opener:
        return opener
