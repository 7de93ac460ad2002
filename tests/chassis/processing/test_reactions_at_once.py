"""A reaction appends to streams that commands are appending to at the same moment: on PostgreSQL, where both write."""

import pytest

from chassis.decider import change, handle
from chassis.processing.parking import parked
from chassis.processing.registry import rows
from chassis.testing.happenings import COUNTER, CounterRaised
from chassis.testing.store_suite import raised
from tests.chassis.processing.at_once import at_once
from tests.chassis.processing.tallies import MIRROR, suite, tally

COUNTERS = [f"c{n}" for n in range(6)]
RAISED = 30


@pytest.fixture
def opener(several_partitions):
    return several_partitions(4)


def raise_mirrors(store, backwards):
    """Commands on the streams that the reaction appends to, and on two of them at once."""
    for _ in range(RAISED // 3):
        for counter in reversed(COUNTERS) if backwards else COUNTERS:
            mirror = change(COUNTER, f"mirror-{counter}", lambda _: [CounterRaised(by=1_000)])
            handle(store, mirror)


def test_commands_and_reactions_are_not_in_each_others_way(store, worker):
    for counter in COUNTERS:
        store.append(raised(f"counter-{counter}", 0, *range(1, RAISED + 1)))
    running = worker(suite(tally(search=None), reactions=(MIRROR,)))
    work = [running.catch_up, lambda: raise_mirrors(store, False), lambda: raise_mirrors(store, True)]
    at_once(lambda do: do(), work)
    running.catch_up()
    assert running.stopped() == {}
    for counter in COUNTERS:
        mirrored = [r.event.by for r in store.read_stream(f"counter-mirror-{counter}") if r.event.by < 1_000]
        assert mirrored == list(range(1, RAISED + 1))
    with store.reading() as db:
        assert parked(db) == []
        totals = {row.counter: row.events for row in rows(db, tally(search=None)).page(limit=50).rows}
    assert totals == dict.fromkeys(COUNTERS, RAISED) | {f"mirror-{c}": RAISED + 2 * (RAISED // 3) for c in COUNTERS}
