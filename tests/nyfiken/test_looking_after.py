"""status, rebuild, parked and compact, on a small service that fails on purpose."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import uuid4

import pytest
from click import ClickException
from click.testing import CliRunner

from chassis.processing.lags import heads_of, lags
from chassis.processing.registry import generations
from chassis.processing.registry import prune as drop_old
from chassis.store.protocol import Append, Change
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import CounterRaised
from chassis.testing.store_suite import new
from chassis.transport.relayed import Relayed, begin, move
from chassis.worker import Worker
from nyfiken import compact, parked, prune, rebuild, status
from nyfiken.stores import Histories
from tests.chassis.processing.tallies import MIRROR, Tally, suite, tally

MENDED = tally(fold=lambda row, recorded, key: dataclasses.replace(row or Tally(counter=key), events=7))


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "suite.sqlite", "suite", master_key=bytes(32))
    yield store
    store.close()


@pytest.fixture
def run(store, monkeypatch):
    """Runs a command over the store, as if the data folder held this service."""

    def use(service, command, *arguments, of=store):
        @contextmanager
        def opened(_):
            yield [(service, of)]

        monkeypatch.setattr(Histories, "opened", opened)
        return CliRunner().invoke(command, arguments, env={"COLUMNS": None})

    return use


def note(store, stream, *notes):
    events = [new(CounterRaised(note=text)) for text in notes]
    store.append(Append(changes=[Change(stream=stream, expected=0, events=events)]))


def rows(shown):
    """The cells of a table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.output.splitlines() if "│" in line]


def caught_up(store, service):
    Worker(service, store, {}, "w1").catch_up()


@contextmanager
def working(store, service):
    """A worker that goes on meanwhile."""
    ended = Event()

    def work():
        while not ended.wait(0.05):
            caught_up(store, service)

    with ThreadPoolExecutor(1) as threads:
        worker = threads.submit(work)
        yield
        ended.set()
        worker.result()


def test_the_distance_to_the_head_is_told_for_every_processor(store):
    service = suite(tally(), reactions=(MIRROR,))
    caught_up(store, service)
    note(store, "counter-a", "one", "two")
    told = [(lag.kind, lag.name, lag.position, lag.head, lag.behind) for lag in lags(service, store, heads_of([store]))]
    assert told == [("read model", "tally_v1", 0, 2, 2), ("reaction", "mirror", 0, 2, 2)]


def test_status_shows_stores_processors_and_what_is_parked_in_one_table(store, run):
    note(store, "counter-a", "poison")
    note(store, "counter-b", "fine")
    caught_up(store, suite(tally()))
    shown = run(suite(tally()), status.command)
    assert shown.exit_code == 0, shown.output
    assert rows(shown) == [
        ["suite", "store", "", "suite/0", "2", "", "", "", ""],
        ["suite", "read model", "tally_v1", "suite/0", "2", "2", "0", "1", "serves"],
    ]


def test_status_shows_how_far_the_relay_has_published(store, run):
    note(store, "counter-a", "one", "two", "three")
    caught_up(store, suite())
    last = Relayed(position=2, event_id="an-event", topic_id="a-topic", topic_offset=1)
    with store.transaction() as transaction:
        assert move(transaction.connection, 0, begin(transaction.connection, 0), last)
    shown = run(suite(), status.command)
    assert ["suite", "relay", "", "suite/0", "2", "3", "1", "", ""] in rows(shown)


def test_status_sums_up_several_partitions_unless_it_is_asked_for_each(tmp_path, run):
    several = SqliteStore(tmp_path / "several.sqlite", "suite", master_key=bytes(32), partitions=3)
    for n in range(9):
        note(several, f"counter-{n}", "one")
    caught_up(several, suite(tally()))
    note(several, "counter-after", "two")
    together = rows(run(suite(tally()), status.command, of=several))
    each = rows(run(suite(tally()), status.command, "--partitions", of=several))
    several.close()
    assert together == [
        ["suite", "store", "", "suite/0–2", "10", "", "", "", ""],
        ["suite", "read model", "tally_v1", "suite/0–2", "9", "10", "1", "", "serves"],
    ]
    assert [row[3] for row in each] == ["suite/0", "suite/1", "suite/2"] * 2
    assert [sum(int(row[n]) for row in each[3:]) for n in (4, 5, 6)] == [9, 10, 1]


def test_rebuild_starts_a_table_beside_the_one_that_serves_and_only_one(store, run):
    service = suite(tally())
    caught_up(store, service)
    begun, again = (run(service, rebuild.command, "tally", "--no-wait").output for _ in range(2))
    assert "tally_v1_g2 is being built by the worker of suite" in begun
    assert "tally_v1_g2 is already being built by the worker of suite" in again
    with store.reading() as connection:
        assert [(g.generation, g.serving) for g in generations(connection, tally())] == [(1, True), (2, False)]


def test_rebuild_watches_until_the_new_table_serves_and_tells_how_many_events_it_has(store, run):
    service = suite(tally())
    note(store, "counter-a", "one", "two", "three")
    caught_up(store, service)
    with working(store, service):
        watched = run(service, rebuild.command, "tally")
    assert watched.exit_code == 0
    assert "\ntally_v1_g2 serves: 3 events, " in watched.output
    with store.reading() as connection:
        assert [(g.generation, g.serving) for g in generations(connection, tally())] == [(2, True)]


def test_rebuild_says_so_when_nobody_builds_it(store, run, monkeypatch):
    monkeypatch.setattr(rebuild, "_PATIENCE", 0.0)
    service = suite(tally())
    caught_up(store, service)
    alone = run(service, rebuild.command, "tally")
    assert alone.exit_code == 1
    assert "Error: no worker of suite runs; the next that starts builds it" in alone.output


def test_rebuild_says_so_when_a_newer_version_has_replaced_what_it_watches(store):
    service = suite(tally())
    caught_up(store, service)
    built, _ = rebuild.rebuild(store, tally())
    watching = rebuild.building(service, store, tally(), built)
    assert next(watching) == (0, 0)
    with store.transaction() as transaction:
        drop_old(transaction.connection, (tally(version=2),))
    with pytest.raises(ClickException, match="tally_v1_g2 was given up: a newer one is there"):
        next(watching)


def test_rebuild_of_what_is_not_there_names_what_is(store, run):
    refused = run(suite(tally()), rebuild.command, "taly")
    assert refused.exit_code == 1
    assert "no read model is called taly; there are: tally" in refused.output


def test_prune_drops_what_a_rebuild_has_replaced_and_nothing_else(store, run):
    service = suite(tally())
    caught_up(store, service)
    assert run(service, prune.command).output == "suite: nothing to drop\n"
    run(service, rebuild.command, "tally", "--no-wait")
    assert run(service, prune.command).output == "suite: nothing to drop\n"
    caught_up(store, service)
    assert run(service, prune.command).output == "suite: tally_v1\n"
    with store.reading() as connection:
        assert [(g.generation, g.serving) for g in generations(connection, tally())] == [(2, True)]


def test_what_is_parked_is_listed_and_shown_as_it_is_published(store, run):
    note(store, "counter-a", "fine", "poison", "after")
    caught_up(store, suite(tally()))
    listed = run(suite(tally()), parked.command, "list").output
    assert "tally_v1" in listed
    assert "ValueError in tallies.py" in listed
    shown = run(suite(tally()), parked.command, "show", "tally_v1", "a").output
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("suite/")] == ["suite/0:2", "suite/0:3"]
    assert '"note": "poison"' in shown


def test_a_parked_key_is_listed_whole_so_that_it_can_be_copied_where_there_is_no_screen(store, run):
    key = str(uuid4())
    note(store, f"counter-{key}", "poison")
    caught_up(store, suite(tally()))
    assert key in run(suite(tally()), parked.command, "list").output


def test_a_retry_before_the_fix_says_why_not_and_keeps_everything(store, run):
    note(store, "counter-a", "fine", "poison", "after")
    caught_up(store, suite(tally()))
    failed = run(suite(tally()), parked.command, "retry", "tally_v1")
    assert failed.exit_code == 1
    assert "a: ValueError in tallies.py" in failed.output
    assert "1 still cannot be applied" in failed.output
    assert "tally_v1" in run(suite(tally()), parked.command, "list").output


def test_a_retry_after_the_fix_catches_up(store, run):
    note(store, "counter-a", "fine", "poison", "after")
    caught_up(store, suite(tally()))
    assert "a: applied" in run(suite(MENDED), parked.command, "retry", "tally_v1", "a").output
    assert run(suite(MENDED), parked.command, "list").output == "nothing is parked\n"


def test_what_is_given_up_is_asked_for_once_more_and_then_gone(store, run):
    note(store, "counter-a", "poison", "after")
    caught_up(store, suite(tally()))
    assert run(suite(tally()), parked.command, "drop", "tally_v1", "a").exit_code == 1
    assert "2 events given up" in run(suite(tally()), parked.command, "drop", "tally_v1", "a", "--yes").output
    assert run(suite(tally()), parked.command, "list").output == "nothing is parked\n"


def test_a_key_that_is_not_parked_is_named(store, run):
    caught_up(store, suite(tally()))
    refused = run(suite(tally()), parked.command, "retry", "tally_v1", "b")
    assert refused.exit_code == 1
    assert "nothing is parked under b of tally_v1" in refused.output


def test_compact_rewrites_every_store(store, run):
    assert run(suite(tally()), compact.command).output == "suite: rewritten\n"
