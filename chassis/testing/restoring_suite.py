"""What every event store must pass that takes back what it has lost; a part of ``store_suite``, with its fixtures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.recorded import Recorded
from chassis.store.protocol import Append, Change, CommandKey, HistoryDiffers, KeyTaken, Store
from chassis.store.sqlite import SqliteStore
from chassis.testing.happenings import CounterRaised, CounterSigned
from chassis.testing.store_suite import new, raised


class RestoringSuite:
    """The promises of ``Store.restore``."""

    @pytest.fixture
    def lost(self, store: Store, tmp_path: Path) -> Iterator[Store]:
        """What the store once was: kept elsewhere, so that it can be given back."""
        lost = SqliteStore(tmp_path / "lost", store.service, master_key=bytes(32), partitions=store.partitions)
        yield lost
        lost.close()

    def test_a_history_that_is_taken_back_is_what_it_was(self, store: Store, lost: Store) -> None:
        happened = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
        imported = new(CounterRaised(note="åäö\u2028 \U0001f30d"), occurred_at=happened)
        lost.append(Append(changes=[Change(stream="counter-a", expected=0, events=[imported])]))
        lost.append(raised("counter-a", 1, 2, 3))
        for n in range(20):
            lost.append(raised(f"counter-{n}", 0, 1, 1))
        for partition in range(lost.partitions):
            while events := lost.read(partition, store.heads()[partition].position, 7):
                store.restore(events)
        assert [_whole(store, n) for n in range(store.partitions)] == [_whole(lost, n) for n in range(lost.partitions)]
        assert store.heads() == lost.heads()

    def test_what_is_recorded_afterwards_follows_upon_it(self, store: Store, lost: Store) -> None:
        lost.append(raised("counter-a", 0, 1, 2))
        store.restore(events := lost.read_stream("counter-a"))
        store.append(raised("counter-a", 2, 3))
        assert [(r.version, r.event.by) for r in store.read_stream("counter-a")] == [(1, 1), (2, 2), (3, 3)]
        assert store.heads()[events[0].partition].position == 3
        assert store.read_stream("counter-a")[2].recorded_at >= events[1].recorded_at

    def test_a_stream_that_is_known_goes_on(self, store: Store, lost: Store) -> None:
        for n in range(3):
            lost.append(raised("counter-a", n, n))
        events = lost.read_stream("counter-a")
        store.restore(events[:1])
        store.restore(events[1:])
        assert [r.id for r in store.read_stream("counter-a")] == [r.id for r in events]

    @pytest.mark.parametrize("wrong", ["the first is missing", "one between is missing", "they are there"])
    def test_of_events_that_do_not_come_next_none_is_taken_back(self, store: Store, lost: Store, wrong: str) -> None:
        lost.append(raised("counter-a", 0, 1, 2, 3, 4))
        events = lost.read_stream("counter-a")
        store.restore(events[:1])
        given = {
            "the first is missing": events[2:],
            "one between is missing": [events[1], events[3]],
            "they are there": events,
        }
        with pytest.raises(HistoryDiffers):
            store.restore(given[wrong], [CommandKey(caller="a-rule", key="k")])
        assert [r.id for r in store.read_stream("counter-a")] == [events[0].id]
        assert store.answered("a-rule", "k") is None

    def test_what_was_recorded_in_their_place_is_not_overwritten(self, store: Store, lost: Store) -> None:
        lost.append(raised("counter-a", 0, 1, 2))
        store.append(raised("counter-a", 0, 5))
        with pytest.raises(HistoryDiffers):
            store.restore(lost.read_stream("counter-a"))
        assert [r.event.by for r in store.read_stream("counter-a")] == [5]

    def test_events_of_another_service_or_of_two_partitions_are_not_taken_back(self, store: Store, lost: Store) -> None:
        lost.append(raised("counter-a", 0, 1, 2))
        one, two = lost.read_stream("counter-a")
        for events in ([dataclasses.replace(one, service="other")], [one, dataclasses.replace(two, partition=77)]):
            with pytest.raises(HistoryDiffers):
                store.restore(events)
        assert not store.read_stream("counter-a")

    def test_their_personal_values_read_as_destroyed(self, store: Store, lost: Store) -> None:
        signed = new(CounterSigned(signer_id="anna", name="Anna Andersson"))
        lost.append(Append(changes=[Change(stream="counter-a", expected=0, events=[signed])]))
        store.restore(lost.read_stream("counter-a"))
        (found,) = store.read_stream("counter-a")
        assert found.sealed
        assert store.open([found.event.name]) == {}

    def test_a_command_that_counts_as_carried_out_is_not_carried_out_again(self, store: Store, lost: Store) -> None:
        lost.append(raised("counter-a", 0, 1))
        key = CommandKey(caller="a-rule", key="k")
        store.restore(lost.read_stream("counter-a"), [key, key])
        with store.transaction() as transaction:
            assert transaction.taken([key]) == {key}
        with pytest.raises(KeyTaken):
            store.append(raised("counter-b", 0, 1, keys=[key]))


def _whole(store: Store, partition: int) -> list[tuple[object, ...]]:
    names = [field.name for field in dataclasses.fields(Recorded) if not field.name.startswith("_")]
    return [tuple(getattr(recorded, name) for name in names) for recorded in store.read(partition, 0)]
