"""What every transport must pass. One is added by a subclass with three fixtures::

class TestFeed(TransportSuite):
    @pytest.fixture
    def owner(self): ...        # the store whose history is carried
    @pytest.fixture
    def source(self, owner): ...  # a Source that reads it, through the transport
    @pytest.fixture
    def outage(self, source): ... # a context manager: the transport is down inside it
"""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from chassis.processing.source import Source, SourceGone, SourceRestored
from chassis.recorded import Recorded
from chassis.store.protocol import Append, Change, Head, Store
from chassis.testing.happenings import CounterRaised, CounterSigned
from chassis.testing.store_suite import new, raised

_PATIENCE = 20.0


def everything(source: Source) -> list[Recorded]:
    """All that a source gives from the beginning, partition by partition, in pages of 7."""
    found: list[Recorded] = []
    for partition in source.heads():
        while page := source.read(partition, _last(found, partition), 7):
            found.extend(page)
    return found


def everything_once(source: Source, count: int) -> list[Recorded]:
    """Follow a source, whatever outages it has, until ``count`` events have come or patience ends."""
    found: list[Recorded] = []
    deadline = time.monotonic() + _PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        try:
            ends = {partition: _last(found, partition) for partition in source.heads()}
            source.wait(ends, 0.2)
            for partition, after in ends.items():
                found.extend(source.read(partition, after, 50))
        except SourceGone:
            continue
    return found


def _last(found: list[Recorded], partition: int) -> Head:
    """The last event of a partition among those that were found, which are in order."""
    return next((Head.of(r) for r in reversed(found) if r.partition == partition), Head())


def _followed(source: Source, partition: int, after: Head) -> list[Recorded]:
    """What comes behind this event, as soon as something does or patience ends."""
    deadline = time.monotonic() + _PATIENCE
    while not (found := source.read(partition, after)) and time.monotonic() < deadline:
        source.heads()
        source.wait({partition: after}, 0.2)
    return found


class TransportSuite:
    """The promises of ``chassis.processing.source.Source``."""

    @pytest.fixture
    def owner(self) -> Store:
        """Given by the subclass."""
        raise NotImplementedError

    @pytest.fixture
    def source(self) -> Source:
        """Given by the subclass."""
        raise NotImplementedError

    @pytest.fixture
    def outage(self) -> AbstractContextManager[None]:
        """Given by the subclass."""
        raise NotImplementedError

    def test_it_carries_the_whole_envelope(self, owner: Store, source: Source) -> None:
        happened = datetime(2019, 5, 6, 7, 8, 9, 10, tzinfo=UTC)
        event = new(CounterRaised(by=2, note="åäö \u2028 \U0001f30d"), occurred_at=happened)
        owner.append(Append(changes=[Change(stream="counter-a", expected=0, events=[event])]))
        (sent,), (come,) = owner.read_stream("counter-a"), everything(source)
        for name in ("id", "service", "partition", "position", "stream", "version", "type"):
            assert getattr(come, name) == getattr(sent, name), name
        assert (come.event, come.metadata) == (sent.event, sent.metadata)
        assert (come.recorded_at, come.occurred_at) == (sent.recorded_at, happened)

    def test_personal_values_do_not_travel(self, owner: Store, source: Source) -> None:
        signed = new(CounterSigned(signer_id="anna", name="Anna Andersson"))
        owner.append(Append(changes=[Change(stream="counter-a", expected=0, events=[signed])]))
        (come,) = everything(source)
        assert b"Andersson" not in come.data
        assert (come.event.signer_id, come.event.name, come.sealed) == ("anna", None, False)

    def test_it_gives_every_event_in_order_page_by_page(self, owner: Store, source: Source) -> None:
        for n in range(30):
            owner.append(raised(f"counter-{n}", 0, 1, 1))
        sent = [r.at for p in range(owner.partitions) for r in owner.read(p, 0)]
        assert [r.at for r in everything(source)] == sent

    def test_it_gives_no_more_at_a_time_than_it_can_however_much_is_asked_for(
        self, owner: Store, source: Source
    ) -> None:
        owner.append(raised("counter-a", 0, 1, 1))
        (place,) = {r.partition for r in everything(source)}
        assert [r.version for r in source.read(place, Head(), 100_000)] == [1, 2]

    def test_it_gives_nothing_beyond_the_end(self, owner: Store, source: Source) -> None:
        owner.append(raised("counter-a", 0, 1))
        (come,) = everything(source)
        assert source.read(come.partition, Head(position=1, id=come.id)) == []
        assert source.read(come.partition, Head(position=7)) == []

    def test_it_does_not_go_on_from_an_event_that_is_not_in_the_history(self, owner: Store, source: Source) -> None:
        owner.append(raised("counter-a", 0, 1, 1, 1))
        first, second, third = everything(source)
        for position, id_ in ((1, "another"), (2, third.id), (3, second.id)):
            with pytest.raises(SourceRestored, match=f"suite/{first.partition}:{position} is not the event"):
                _followed(source, first.partition, Head(position=position, id=id_))
        assert source.read(first.partition, Head(position=2, id=second.id))[0].id == third.id

    def test_its_heads_are_the_owners(self, owner: Store, source: Source) -> None:
        assert source.heads() == owner.heads()
        owner.append(raised("counter-a", 0, 1, 1))
        assert source.heads() == owner.heads()

    def test_it_wakes_a_waiting_reader(self, owner: Store, source: Source) -> None:
        ends = dict(source.heads())
        assert not source.wait(ends, 0.05)
        later = threading.Timer(0.1, lambda: owner.append(raised("counter-a", 0, 1)))
        later.start()
        assert source.wait(ends, _PATIENCE)
        later.join()

    def test_it_says_so_when_it_is_gone_and_goes_on_when_it_is_back(
        self, owner: Store, source: Source, outage: AbstractContextManager[None]
    ) -> None:
        owner.append(raised("counter-a", 0, 1))
        with outage:
            with pytest.raises(SourceGone):
                source.heads()
            owner.append(raised("counter-a", 1, 1))
        assert [r.version for r in everything_once(source, 2)] == [1, 2]

    def test_a_follower_sees_each_event_once_while_others_write(self, owner: Store, source: Source) -> None:
        def write(name: str) -> None:
            for version in range(100):
                owner.append(raised(f"counter-{name}", version, 1))

        writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
        for writer in writers:
            writer.start()
        found = everything_once(source, 200)
        for writer in writers:
            writer.join()
        assert len(found) == len({r.id for r in found}) == 200
        for name in "ab":
            assert [r.version for r in found if r.stream == f"counter-{name}"] == list(range(1, 101))
