"""What no worker survives, what is newer than its code, and a history that was replaced."""

import os
import pickle
import signal
import subprocess
import sys
import textwrap

from chassis.processing.checkpoints import checkpoints
from chassis.processing.parking import parked
from chassis.processing.processor import processors, retry
from chassis.processing.registry import rows
from chassis.recorded import Position
from chassis.testing.happenings import CounterRaised
from tests.chassis.processing.tallies import suite, tally
from tests.chassis.processing.test_reactions import append

DEADLY_WORKER = """
    import os, pickle, signal, sys
    from chassis.worker import Worker
    from tests.chassis.processing.tallies import onto_tally, suite, tally

    def fold(row, recorded, key):
        if recorded.event.note == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        return onto_tally(row, recorded, key)

    store = pickle.loads(bytes.fromhex(sys.argv[1]))()
    Worker(suite(tally(fold=fold)), store, {}, "the-worker").catch_up()
"""


def test_an_event_that_kills_its_process_is_found_and_parked(opener, store):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised(note="deadly"), CounterRaised())
    append(store, "counter-b", 0, CounterRaised())
    endings = []
    while 0 not in endings and len(endings) < 12:
        program = [sys.executable, "-c", textwrap.dedent(DEADLY_WORKER), pickle.dumps(opener).hex()]
        ran = subprocess.run(program, env=os.environ)
        endings.append(ran.returncode)
    assert set(endings[:-1]) == {-signal.SIGKILL}
    with store.reading() as db:
        assert [(p.key, p.events) for p in parked(db)] == [("a", 2)]
        assert {r.counter: r.events for r in rows(db, tally()).page().rows} == {"a": 1, "b": 1}


def test_nobody_is_suspected_of_deaths_before_it_came(store, worker):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised())
    for _ in range(4):  # each dies after it has applied everything
        dies = worker(suite(tally()))
        dies.catch_up()
    append(store, "counter-a", 2, *(CounterRaised() for _ in range(20)))
    dies.catch_up()
    assert suspicions(store) == [(0, 0)]
    with store.reading() as db:
        assert rows(db, tally()).get("a").events == 22


def test_what_was_there_when_processes_died_is_tried_alone_and_what_comes_later_is_not(store, worker):
    worker(suite(tally())).catch_up()
    append(store, "counter-a", 0, CounterRaised(), CounterRaised())
    for _ in range(3):  # each dies before it has applied anything
        dies = worker(suite(tally()))
        dies.look()
    dies.catch_up()
    assert suspicions(store) == [(3, 2)]
    append(store, "counter-a", 2, *(CounterRaised() for _ in range(20)))
    dies.catch_up()
    assert suspicions(store) == [(0, 0)]
    with store.reading() as db:
        assert rows(db, tally()).get("a").events == 22


def suspicions(store):
    """Of each lease: how often it was lost at one place, and the event that was announced last."""
    with store.reading() as db:
        return db.exec_driver_sql("SELECT lost, trying FROM leases").all()


def test_an_unknown_version_stops_the_processor_and_skips_nothing(store, worker):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised(), CounterRaised())
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE events SET type = 'counter-raised.v9' WHERE version = 2")
    running = worker(suite(tally()))
    running.catch_up()
    assert running.stopped() == {"tally_v1": "UnknownEventVersion: counter-raised.v9"}
    with store.reading() as db:
        assert parked(db) == []
        assert db.exec_driver_sql("SELECT position FROM checkpoints").scalar() < 2


def test_a_foreign_type_is_passed_by(store, worker):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised())
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE events SET type = 'weather-changed.v1' WHERE version = 1")
    running = worker(suite(tally()))
    running.catch_up()
    assert running.stopped() == {}
    with store.reading() as db:
        assert rows(db, tally()).get("a").events == 1


def test_a_history_that_was_restored_to_an_older_moment_is_noticed(store, worker):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised())
    worker(suite(tally())).catch_up()
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE events SET id = 'another' WHERE version = 2")
    append(store, "counter-a", 2, CounterRaised())
    stops_for_another_history(store, worker)


def test_an_owner_that_lost_its_last_events_is_noticed(store, worker):
    append(store, "counter-a", 0, CounterRaised(), CounterRaised())
    worker(suite(tally())).catch_up()
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("DELETE FROM events WHERE version = 2")
    stops_for_another_history(store, worker)


def stops_for_another_history(store, worker):
    """Saying so, and applying nothing of it."""
    again = worker(suite(tally()))
    again.catch_up()
    told = f"SourceRestored: {Position('suite', 0, 2)} is not the event that was applied"
    assert again.stopped() == {"tally_v1": told}
    with store.reading() as db:
        assert checkpoints(db, "tally_v1")["suite", 0].position == 2
        assert rows(db, tally()).get("a").events == 2


def test_what_could_not_even_be_read_is_folded_onto_its_rows_once_it_can(store, worker):
    def unread(recorded):
        raise ValueError("not as agreed")

    append(store, "counter-a", 0, CounterRaised(by=2))
    worker(suite(tally(keys=unread))).catch_up()
    mended = suite(tally(keys=lambda recorded: (f"all-of-{recorded.subject}", "all")))
    with store.reading() as db:
        assert [(one.key, one.events) for one in parked(db)] == [("a", 1)]
        (processor,) = processors(mended, store, db)
    assert retry(store, processor, "a") == 1
    with store.reading() as db:
        assert parked(db) == []
        assert {row.counter: row.total for row in rows(db, tally()).page().rows} == {"all-of-a": 2, "all": 2}
