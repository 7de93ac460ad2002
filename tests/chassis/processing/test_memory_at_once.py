"""A rule that brings two histories together misses nothing, though both are handled at the same moment."""

import threading
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from chassis.decider import change, handle
from chassis.processing.processor import ReactionProcessor, apply
from chassis.processing.reaction import Reaction, Then
from chassis.recorded import Recorded
from chassis.testing.happenings import COUNTER, CounterRaised
from tests.chassis.processing.at_once import at_once

ROUNDS = 30
ARRIVED = sa.Table(
    "arrived",
    sa.MetaData(),
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("pair", sa.Text, nullable=False),
)


def when_both_have_arrived(recorded: Recorded, memory: sa.Connection) -> Iterator[Then]:
    """Whichever arrives later sees the other and raises the counter of their pair."""
    pair = recorded.event.note
    others = memory.execute(sa.select(ARRIVED.c.event_id).where(ARRIVED.c.pair == pair)).all()
    memory.execute(sa.insert(ARRIVED), {"event_id": recorded.id, "pair": pair})
    if others:
        yield Then(decider=COUNTER, subject=pair, decide=lambda _: [CounterRaised(by=1)])


def pair_of(recorded: Recorded) -> Iterable[str]:
    return (recorded.event.note,)


PAIR = Reaction(
    name="pair",
    sources=("suite",),
    on=(CounterRaised,),
    then=when_both_have_arrived,
    remembers=(ARRIVED,),
    about=pair_of,
)


def test_of_two_events_at_the_same_moment_the_later_sees_the_other(several_partitions):
    store = several_partitions(4)()
    rule = ReactionProcessor(PAIR)
    with store.transaction() as transaction:
        rule.prepare(transaction.connection)
    meanwhile = threading.Barrier(2)

    def handle_both(events):
        """In opposite orders: they would wait for each other, if each took what it is about as it comes."""
        meanwhile.wait()
        with store.transaction() as transaction:
            apply(transaction, {rule: events})

    for n in range(ROUNDS):
        first, second, third, fourth = (arrived(store, f"{n}-{m}", f"pair-{n}-{m % 2}") for m in range(4))
        at_once(handle_both, [[first, second], [fourth, third]])
        assert [len(store.read_stream(f"counter-pair-{n}-{m}")) for m in range(2)] == [1, 1]
    store.close()


def arrived(store, subject: str, pair: str) -> Recorded:
    handle(store, change(COUNTER, subject, lambda _: [CounterRaised(note=pair)]))
    return store.read_stream(f"counter-{subject}")[0]
