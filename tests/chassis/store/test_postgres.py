"""The PostgreSQL store keeps the promises of every store, and those of many writers and readers at once."""

import contextlib
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest
import sqlalchemy as sa

from chassis.decider import change, handle
from chassis.errors import Unavailable
from chassis.processing.tables import METADATA
from chassis.recorded import Position
from chassis.store.postgres import PostgresStore
from chassis.store.postgres.addresses import place_of
from chassis.store.postgres.meta import SCHEMA
from chassis.store.postgres.migrating import migrate
from chassis.store.protocol import Append, Change, VersionConflict, WrongPartitions, WrongStore
from chassis.testing.happenings import COUNTER, CounterRaised, CounterSigned
from chassis.testing.restoring_suite import RestoringSuite
from chassis.testing.store_suite import StoreSuite, new, raised
from tests.chassis.store.crowd import Crowd
from tests.servers.postgres import new_database

MASTER = bytes(range(32))
SECONDS = 10.0


@pytest.fixture
def address(database):
    """A database of its own, migrated."""
    migrate(database, "suite", master_key=MASTER)
    return database


@pytest.fixture
def store(address):
    store = PostgresStore(address, "suite", master_key=MASTER)
    yield store
    store.close()


class TestPostgresStore(StoreSuite, RestoringSuite):
    @pytest.fixture
    def opener(self, address):
        return partial(PostgresStore, address, "suite", master_key=MASTER)


@pytest.mark.timeout(180)
def test_every_reader_sees_every_event_once_and_in_order_while_many_write(address, postgres_server):
    """Also while a transaction of another database stays open: it holds back whoever relies on transaction ids."""
    with new_database(postgres_server.dsn) as elsewhere, psycopg.connect(elsewhere) as idle:
        idle.execute("SELECT pg_current_xact_id()")
        crowd = Crowd(partial(PostgresStore, address, "suite", master_key=MASTER, connections=4), 8, 3, SECONDS)
        written, read = crowd.finish()
    with psycopg.connect(address) as db:
        query = "SELECT partition, count(*), max(position), count(DISTINCT id) FROM events GROUP BY partition"
        found = db.execute(query).fetchall()
    assert written == sum(count for _, count, _, _ in found)
    assert all(count == last == ids for _, count, last, ids in found)
    assert read == [{partition: last for partition, _, last, _ in sorted(found)}] * 3


def test_commands_over_the_same_streams_in_any_order_never_block_each_other_for_good(store):
    streams = [f"counter-{n}" for n in range(6)]
    for stream in streams:
        store.append(raised(stream, 0, 1))
    done = []

    def write(shift):
        for _ in range(40):
            mine = streams[shift:] + streams[:shift]
            versions = {stream: store.read_stream(stream)[-1].version for stream in mine}
            changes = [raised(stream, versions[stream], 1).changes[0] for stream in mine[:3]]
            with contextlib.suppress(VersionConflict):
                store.append(Append(changes=changes, unchanged={stream: versions[stream] for stream in mine[3:]}))
                done.append(shift)

    writers = [threading.Thread(target=write, args=(shift,)) for shift in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sum(head.position for head in store.heads().values()) == 6 + 3 * len(done)
    assert done


def test_a_stream_that_must_not_be_there_cannot_be_made_meanwhile(store):
    with store.transaction() as transaction:
        transaction.append(raised("counter-a", 0, 1, unchanged={"counter-b": 0}))
        later = threading.Thread(target=handle, args=(store, change(COUNTER, "b", lambda _: [CounterRaised()])))
        later.start()
        later.join(0.3)
        assert later.is_alive()
    later.join()
    assert [r.version for r in store.read_stream("counter-b")] == [1]


def test_nobody_is_sealed_under_a_key_that_is_destroyed_meanwhile(store):
    signed = Change(
        stream="counter-a", expected=0, events=[new(CounterSigned(signer_id="anna", name="Anna Andersson"))]
    )
    with store.transaction() as transaction:
        store.append(raised("counter-z", 0, 1))
        transaction.append(Append(changes=[signed]))
        later = threading.Thread(target=store.erase, args=("anna", ["texts"]))
        later.start()
        later.join(0.3)
        assert later.is_alive()
    later.join()
    (recorded,) = store.read_stream("counter-a")
    assert store.open([recorded.event.name]) == {}


def test_an_append_is_told_when_the_database_is_read_only_and_records_nothing(store, address):
    with psycopg.connect(address, autocommit=True) as db:
        name = db.info.dbname
        db.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        fresh = PostgresStore(address, "suite", master_key=MASTER)
        with pytest.raises(Unavailable) as refusal:
            fresh.append(raised("counter-a", 0, 1))
        fresh.close()
        db.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    assert refusal.value.details["reason"] == "the database is read-only"
    assert store.read_stream("counter-a") == []


def test_a_connection_that_the_server_has_closed_is_left_without_a_word(store, address, caplog):
    with store.transaction() as transaction:
        transaction.append(raised("counter-a", 0, 1))
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(address, autocommit=True) as db:
        db.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}")  # waits until each is gone
    store.append(raised("counter-a", 1, 1))
    assert len(store.read_stream("counter-a")) == 2
    gc.collect()
    assert caplog.messages == []


def test_all_connections_in_use_is_said_and_not_waited_for_long(address, monkeypatch):
    monkeypatch.setattr("chassis.store.postgres.database._PATIENCE", 0.2)
    store = PostgresStore(address, "suite", master_key=MASTER, connections=1)
    with store.transaction(), pytest.raises(Unavailable) as refusal:
        store.heads()
    assert refusal.value.details["reason"] == "all connections of this process are in use"
    store.close()


def test_who_looks_at_one_moment_may_ask_for_something_else_meanwhile_however_many_they_are(address):
    with contextlib.closing(PostgresStore(address, "suite", master_key=MASTER, connections=4)) as store:
        looking = threading.Barrier(2)

        def look():
            with store.reading() as connection:
                with contextlib.suppress(threading.BrokenBarrierError):
                    looking.wait(0.2)
                return len(store.heads()), connection.execute(sa.text("SELECT count(*) FROM partitions")).scalar()

        with ThreadPoolExecutor(16) as pool:
            assert {each.result() for each in [pool.submit(look) for _ in range(32)]} == {(store.partitions,) * 2}


def test_nobody_waits_for_ever_for_a_lock_a_statement_or_somebody_who_sleeps(store, address):
    with store.reading() as connection:
        shown = connection.execute(sa.text("SELECT name, setting::int FROM pg_settings WHERE name LIKE '%timeout'"))
        set_to = dict(map(tuple, shown))
    assert (set_to["lock_timeout"], set_to["statement_timeout"]) == (5_000, 30_000)
    assert set_to["idle_in_transaction_session_timeout"] == 10_000
    store.append(raised("counter-a", 0, 1))
    with psycopg.connect(address) as other:
        other.execute("SELECT 1 FROM streams WHERE id = 'counter-a' FOR UPDATE")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            store.append(raised("counter-a", 1, 1))
    assert 4 < time.monotonic() - began < 28
    store.append(raised("counter-a", 1, 1))


def test_a_database_that_does_not_answer_is_unavailable():
    store = PostgresStore("postgresql://nobody@127.0.0.1:1/nothing", "suite", master_key=MASTER)
    with pytest.raises(Unavailable) as refusal:
        store.at(Position("suite", 0, 1))
    assert refusal.value.details["reason"] == "the database does not answer"


def refused(address, service="suite", master_key=MASTER):
    store = PostgresStore(address, service, master_key=master_key)
    with pytest.raises(WrongStore) as refusal:
        store.check()
    store.close()
    where, _, told = str(refusal.value).partition(": ")
    assert where == f"database {place_of(address)}"
    return told


def test_a_database_that_is_not_the_one_is_refused(database):
    assert refused(database) == "the database of suite is empty; run: nyfiken migrate"
    migrate(database, "suite", master_key=MASTER)
    assert "is that of suite, not of ideas" in refused(database, service="ideas")
    assert "another master key" in refused(database, master_key=bytes(32))
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'schema'")
        assert refused(database).endswith(f"is at step 0, {SCHEMA} is needed; run: nyfiken migrate")
        db.execute("UPDATE meta SET value = '9' WHERE name IN ('schema', 'oldest')")
        assert "which releases before step 9 cannot work on" in refused(database)
        with pytest.raises(WrongStore, match=f"cannot work on; this one knows {SCHEMA}: run a newer release"):
            migrate(database, "suite", master_key=MASTER)


def test_a_database_of_the_next_release_is_worked_on_as_long_as_it_says_that_it_may_be(database):
    migrate(database, "suite", master_key=MASTER)
    with psycopg.connect(database, autocommit=True) as db:
        db.execute("UPDATE meta SET value = %s WHERE name = 'schema'", (str(SCHEMA + 1),))
    with contextlib.closing(PostgresStore(database, "suite", master_key=MASTER)) as store:
        store.append(raised("counter-a", 0, 1))
        assert [recorded.event.by for recorded in store.read_stream("counter-a")] == [1]
    assert migrate(database, "suite", master_key=MASTER) == 0
    with psycopg.connect(database) as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == (str(SCHEMA + 1),)


def test_a_database_that_may_lose_what_it_has_committed_is_refused(own_postgres):
    with new_database(own_postgres().dsn) as address:
        migrate(address, "suite", master_key=MASTER)
        with psycopg.connect(address, autocommit=True) as db:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                db.execute(f"ALTER SYSTEM SET {setting} = off")
                db.execute("SELECT pg_reload_conf()")
                until_shown(address, setting, "off")
                told = f"the database may lose what it has committed: {setting} = off; turn it on"
                assert refused(address) == told
                db.execute(f"ALTER SYSTEM RESET {setting}")
                db.execute("SELECT pg_reload_conf()")
                until_shown(address, setting, "on")


def until_shown(address, setting, value):
    """A server takes a moment to read its settings again."""
    patience_ends = time.monotonic() + 10
    with psycopg.connect(address, autocommit=True) as db:
        while db.execute(f"SHOW {setting}").fetchone() != (value,):
            assert time.monotonic() < patience_ends, setting
            time.sleep(0.02)


def test_migrating_again_changes_nothing_and_the_number_of_partitions_never_changes(database):
    assert migrate(database, "suite", master_key=MASTER, partitions=3) == SCHEMA
    assert migrate(database, "suite", master_key=MASTER) == 0
    store = PostgresStore(database, "suite", master_key=MASTER)
    assert store.partitions == 3
    store.close()
    with pytest.raises(WrongPartitions, match="was created with 3 partitions, not 8"):
        migrate(database, "suite", master_key=MASTER, partitions=8)


def test_a_new_database_can_be_migrated_by_several_at_once(database):
    taken = []
    migrations = [
        threading.Thread(target=lambda: taken.append(migrate(database, "suite", master_key=MASTER))) for _ in range(4)
    ]
    for each in migrations:
        each.start()
    for each in migrations:
        each.join()
    assert sorted(taken) == [0, 0, 0, SCHEMA]


def test_the_tables_are_those_that_processors_and_the_relay_work_on(address):
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
    found = sa.inspect(engine)
    for name, table in METADATA.tables.items():
        columns = {column["name"]: column for column in found.get_columns(name)}
        assert columns.keys() == set(table.columns.keys()), name
        for column in table.columns:
            kept = columns[column.name]
            assert (str(kept["type"].as_generic()), kept["nullable"]) == (
                str(column.type.as_generic()),
                column.nullable,
            ), column
        assert found.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key]
    engine.dispose()
