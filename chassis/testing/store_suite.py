"""What every event store must pass. A store is added by one subclass with an ``opener`` fixture::

    class TestSqliteStore(StoreSuite):
        @pytest.fixture()
        def opener(self, tmp_path): return partial(SqliteStore, tmp_path / "store.sqlite", "suite", master_key=KEY)

``opener`` is picklable and opens the same database each time; keyword arguments it must accept: ``clock``.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from chassis.decider import Attempt, Request, States, change, handle
from chassis.errors import Invalid, Refused
from chassis.keyring import KeyRing
from chassis.recorded import Metadata, Position, from_micros
from chassis.store.protocol import (
    Answer,
    Append,
    Change,
    CommandKey,
    History,
    KeyTaken,
    NewEvent,
    Snapshot,
    Store,
    VersionConflict,
)
from chassis.store.snapshots import fingerprint
from chassis.testing.happenings import COUNTER, Counter, CounterRaised, CounterSigned
from contracts.event import Sealed

Opener = Callable[..., Store]
_SPAWN = multiprocessing.get_context("spawn")


def new(event: object, **more: Any) -> NewEvent:
    """An event about to be recorded by ``somebody``."""
    return NewEvent(id=str(uuid4()), event=event, metadata=Metadata(by="somebody"), **more)


def raised(stream: str, expected: int, *amounts: int, **more: Any) -> Append:
    """An append of so many CounterRaised."""
    return Append(
        changes=[Change(stream=stream, expected=expected, events=[new(CounterRaised(by=n)) for n in amounts])], **more
    )


def history(store: Store) -> list[tuple[int, int]]:
    """(partition, position) of everything in the store, in reading order."""
    return [(r.partition, r.position) for p in range(store.partitions) for r in store.read(p, 0, 1_000_000)]


def history_of(store: Store, stream: str, fingerprint: str) -> History:
    """Of one stream, of which nothing is known."""
    return store.histories({stream: 0}, fingerprint)[stream]


def raise_by_one(_: Counter | None) -> list[object]:
    """A decision that always has something to record."""
    return [CounterRaised()]


class StoreSuite:
    """The promises of ``chassis.store.protocol.Store``."""

    @pytest.fixture
    def opener(self) -> Opener:
        """Opens one and the same database; given by the subclass."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, opener: Opener) -> Iterator[Store]:
        """A store with nothing in it."""
        store = opener()
        yield store
        store.close()

    def test_what_is_appended_is_read_back_as_it_was(self, store: Store) -> None:
        happened = datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=UTC)
        known = Metadata(**{field.name: f"its {field.name}" for field in dataclasses.fields(Metadata)})
        what = CounterRaised(by=3, note="åäö\u2028 \U0001f30d")
        event = NewEvent(id=str(uuid4()), event=what, metadata=known, occurred_at=happened)
        answer = store.append(Append(changes=[Change(stream="counter-a", expected=0, events=[event])]))
        (recorded,) = store.read_stream("counter-a")
        assert recorded.event == event.event
        assert (recorded.id, recorded.stream, recorded.version) == (event.id, "counter-a", 1)
        assert (recorded.metadata, recorded.occurred_at, recorded.sealed) == (event.metadata, happened, False)
        assert answer == Answer(versions={"counter-a": 1}, positions=(str(recorded.at),))
        assert store.at(recorded.at).id == event.id  # type: ignore[union-attr]

    def test_positions_are_gapless_within_each_partition(self, store: Store) -> None:
        for n in range(60):
            store.append(raised(f"counter-{n}", 0, 1, 1))
        heads = {p: head.position for p, head in store.heads().items() if head.position}
        assert sum(heads.values()) == 120
        assert history(store) == [(p, n) for p in sorted(heads) for n in range(1, heads[p] + 1)]

    def test_events_of_one_append_become_visible_together_in_the_order_of_their_streams(self, store: Store) -> None:
        changes = [raised("counter-b", 0, 1, 2).changes[0], raised("counter-a", 0, 3).changes[0]]
        answer = store.append(Append(changes=changes))
        assert answer.versions == {"counter-a": 1, "counter-b": 2}
        assert [r.event.by for r in store.read_stream("counter-b")] == [1, 2]

    def test_a_stream_that_is_elsewhere_by_now_refuses_the_whole_append(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1))
        both = [raised("counter-0", 0, 1).changes[0], raised("counter-a", 0, 1).changes[0]]
        with pytest.raises(VersionConflict):
            store.append(Append(changes=both))
        assert not store.read_stream("counter-0")
        store.append(raised("counter-a", 1, 1))
        with pytest.raises(VersionConflict):
            store.append(raised("counter-a", 1, 1))

    def test_a_stream_that_must_stay_as_it_was_is_checked_too(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1))
        with pytest.raises(VersionConflict):
            store.append(raised("counter-b", 0, 1, unchanged={"counter-a": 0}))
        with pytest.raises(VersionConflict):
            store.append(raised("counter-b", 0, 1, unchanged={"counter-z": 1}))
        store.append(raised("counter-b", 0, 1, unchanged={"counter-a": 1, "counter-z": 0}))

    def test_a_failed_append_gives_its_positions_back(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1))
        with pytest.raises(RuntimeError), store.transaction() as transaction:
            transaction.append(raised("counter-a", 1, 1, 1))
            raise RuntimeError
        store.append(raised("counter-a", 1, 1))
        (head,) = [head for head in store.heads().values() if head.position]
        assert head.position == 2
        assert head.id == store.read_stream("counter-a")[-1].id

    def test_an_idempotency_key_gives_its_first_answer(self, store: Store) -> None:
        key = CommandKey(caller="anna", key="k1", body_hash="h")
        first = store.append(raised("counter-a", 0, 1, keys=[key], status=201, ids={"id": "a"}))
        with pytest.raises(KeyTaken) as taken:
            store.append(raised("counter-a", 1, 1, keys=[key]))
        assert taken.value.answer == Answer(**{**_fields(first), "body_hash": "h"})
        assert store.answered("anna", "k1") == taken.value.answer
        assert store.answered("bo", "k1") is None
        assert len(store.read_stream("counter-a")) == 1

    def test_a_transaction_tells_which_streams_are_there_and_which_keys_are_taken(self, store: Store) -> None:
        keys = [CommandKey(caller="a-rule", key=f"k{n}") for n in range(3)]
        store.append(raised("counter-a", 0, 1, keys=keys[:2]))
        with store.transaction() as transaction:
            assert transaction.lock(["counter-a", "counter-b"]) == {"counter-a"}
            assert transaction.taken(keys) == set(keys[:2])
            assert transaction.taken([]) == set()

    def test_each_of_several_keys_is_taken_and_none_keeps_what_the_others_did(self, store: Store) -> None:
        keys = [CommandKey(caller="a-rule", key=f"k{n}") for n in range(3)]
        store.append(raised("counter-a", 0, 1, keys=keys))
        for key in keys:
            assert store.answered("a-rule", key.key) == Answer()
            with pytest.raises(KeyTaken):
                store.append(raised("counter-a", 1, 1, keys=[key]))
        assert len(store.read_stream("counter-a")) == 1

    def test_recorded_at_never_goes_back_when_the_clock_does(self, opener: Opener) -> None:
        ticks = iter([3_000_000, 1_000_000, 2_000_000, 4_000_000, 5_000_000])
        store = opener(clock=lambda: next(ticks))
        for version in range(3):
            store.append(raised("counter-a", version, 1))
        moments = [r.recorded_at for r in store.read_stream("counter-a")]
        assert moments == sorted(moments)
        assert moments[0] >= from_micros(1_000_000)
        store.close()

    def test_a_stream_can_be_read_as_it_was_known_then(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1))
        then = store.read_stream("counter-a")[0].recorded_at
        store.append(raised("counter-a", 1, 1))
        assert len(store.read_stream("counter-a", until=then - timedelta(microseconds=1))) == 0
        assert len(store.read_stream("counter-a", until=then)) >= 1
        assert [r.version for r in store.read_stream("counter-a", after=1)] == [2]

    def test_an_event_above_256_kib_is_refused_naming_the_field(self, store: Store) -> None:
        big = Change(stream="counter-a", expected=0, events=[new(CounterRaised(note="x" * 300_000))])
        with pytest.raises(Invalid) as refusal:
            store.append(Append(changes=[big]))
        assert (refusal.value.slug, refusal.value.field) == ("event-too-large", "note")
        assert history(store) == []

    def test_personal_values_are_kept_apart_and_opened_by_reference(self, store: Store) -> None:
        signed = CounterSigned(signer_id="anna", name="Anna Andersson")
        store.append(Append(changes=[Change(stream="counter-a", expected=0, events=[new(signed)])]))
        (recorded,) = store.read_stream("counter-a")
        assert b"Andersson" not in recorded.data
        assert recorded.event.name == Sealed("counter-a", 1, "name")
        assert store.open([recorded.event.name]) == {recorded.event.name: "Anna Andersson"}

    def test_an_erased_person_cannot_be_opened_or_sealed_again(self, store: Store) -> None:
        self._sign(store, "counter-a", "anna")
        self._sign(store, "counter-b", "bo")
        store.erase("anna", ["texts"])
        anna, bo = (store.read_stream(s)[0].event.name for s in ("counter-a", "counter-b"))
        assert store.open([anna, bo]) == {bo: "name of bo"}
        with pytest.raises(Refused):
            self._sign(store, "counter-c", "anna")
        assert len(store.read_stream("counter-a")) == 1

    def test_another_master_key_takes_the_place_of_one_while_both_write(self, store: Store, opener: Opener) -> None:
        first = opener.keywords["master_key"]  # type: ignore[attr-defined]
        second = bytes(reversed(range(32)))
        self._sign(store, "counter-a", "anna")
        before, after = opener(master_key=KeyRing(first, [second])), opener(master_key=KeyRing(second, [first]))
        self._sign(after, "counter-b", "bo")
        self._sign(before, "counter-c", "bo")
        self._sign(before, "counter-d", "anna")
        before.erase("erik", ["texts"])
        assert list(after.rewrap())[-1] == (1, 2, 2)  # type: ignore[attr-defined]
        assert list(after.rewrap())[-1] == (0, 2, 2)  # type: ignore[attr-defined]
        alone = opener(master_key=second)
        names = [alone.read_stream(f"counter-{n}")[0].event.name for n in "abcd"]
        assert [alone.open(names)[name] for name in names] == [f"name of {n}" for n in ("anna", "bo", "bo", "anna")]
        with pytest.raises(Refused):
            self._sign(alone, "counter-e", "erik")
        for each in (before, after, alone):
            each.close()

    def test_discarding_a_stream_destroys_its_keys_only(self, store: Store) -> None:
        self._sign(store, "counter-a", "anna")
        self._sign(store, "counter-b", "anna")
        store.discard(["counter-a"])
        a, b = (store.read_stream(s)[0].event.name for s in ("counter-a", "counter-b"))
        assert store.open([a, b]) == {b: "name of anna"}

    def test_a_snapshot_is_kept_until_a_later_one(self, store: Store) -> None:
        late, early = (Snapshot(version=v, fingerprint="f", state=b"{}") for v in (20, 10))
        store.save_snapshot("counter-a", late)
        store.save_snapshot("counter-a", early)
        assert history_of(store, "counter-a", "f") == (late, [])
        store.save_snapshot("counter-a", Snapshot(version=5, fingerprint="new code", state=b"{}"))
        assert history_of(store, "counter-a", "f") == (None, [])
        assert history_of(store, "counter-a", "new code")[0].version == 5  # type: ignore[union-attr]
        assert history_of(store, "counter-z", "f") == (None, [])

    def test_a_history_is_the_snapshot_and_what_came_after_it(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1, 2, 3))
        kept = Snapshot(version=2, fingerprint="f", state=b"{}")
        store.save_snapshot("counter-a", kept)
        found, later = history_of(store, "counter-a", "f")
        assert (found, [event.by for event in later]) == (kept, [3])
        found, everything = history_of(store, "counter-a", "other code")
        assert (found, [event.by for event in everything]) == (None, [1, 2, 3])

    def test_histories_of_several_streams_are_read_at_once_each_after_what_is_known_of_it(self, store: Store) -> None:
        for stream in ("counter-a", "counter-b", "counter-c"):
            store.append(raised(stream, 0, 1, 2, 3))
        kept = Snapshot(version=2, fingerprint="f", state=b"{}")
        for stream in ("counter-a", "counter-b"):
            store.save_snapshot(stream, kept)
        asked = {"counter-c": 0, "counter-b": 1, "counter-z": 0, "counter-a": 0}
        found = {
            stream: (snapshot, [event.by for event in events])
            for stream, (snapshot, events) in store.histories(asked, "f").items()
        }
        assert found == {
            "counter-a": (kept, [3]),
            "counter-b": (None, [2, 3]),
            "counter-c": (None, [1, 2, 3]),
            "counter-z": (None, []),
        }
        assert store.histories({}, "f") == {}

    def test_a_waiting_reader_is_woken_by_an_append(self, store: Store, opener: Opener) -> None:
        ends = dict.fromkeys(range(store.partitions), 0)
        assert not store.wait(ends, timeout=0.01)
        other = opener()
        other.append(raised("counter-a", 0, 1))
        other.close()
        assert store.wait(ends, timeout=10)

    def test_a_reader_is_not_woken_by_a_partition_it_does_not_wait_for(self, store: Store) -> None:
        store.append(raised("counter-a", 0, 1))
        quiet = {partition: 0 for partition, head in store.heads().items() if not head.position}
        assert not store.wait(quiet, timeout=0.01)

    def test_nothing_is_at_a_position_that_was_never_given(self, store: Store) -> None:
        assert store.at(Position(store.service, 0, 1)) is None

    def test_a_command_reads_what_others_appended_and_snapshots_change_nothing(
        self, store: Store, opener: Opener
    ) -> None:
        other, memory = opener(), States()
        for _ in range(130):
            handle(store, change(COUNTER, "a", raise_by_one), memory=memory)
            handle(other, change(COUNTER, "a", raise_by_one))
        other.close()
        attempt = Attempt(store, Request())
        assert attempt.read(COUNTER, "a") == Counter(total=260)
        assert history_of(store, "counter-a", fingerprint(COUNTER.evolve))[0] is not None

    def test_the_same_key_at_the_same_time_records_one_event(self, opener: Opener) -> None:
        opener().close()
        answers = _in_processes(8, _press_with_key, opener)
        store = opener()
        assert len(store.read_stream("counter-a")) == 1
        assert len({tuple(answer.positions) for answer in answers}) == 1
        store.close()

    def test_four_writing_processes_leave_no_gap_and_a_follower_sees_each_event_once(self, opener: Opener) -> None:
        store = opener()
        seen: list[tuple[int, int]] = []
        with _SPAWN.Pool(4) as pool:
            work = pool.map_async(partial(_write_at_random, opener), range(4))
            while not work.ready():
                _follow(store, seen)
            wanted = sum(work.get())
            pool.close()
            pool.join()
        _follow(store, seen)
        assert len(seen) == wanted == sum(head.position for head in store.heads().values())
        assert sorted(seen) == history(store)
        store.close()

    def _sign(self, store: Store, stream: str, who: str) -> None:
        signed = new(CounterSigned(signer_id=who, name=f"name of {who}"))
        store.append(Append(changes=[Change(stream=stream, expected=0, events=[signed])]))


def _fields(answer: Answer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ("status", "ids", "versions", "positions")}


def _in_processes(count: int, work: Callable[[Opener], Any], opener: Opener) -> list[Any]:
    with _SPAWN.Pool(count) as pool:
        results = pool.map(work, [opener] * count, chunksize=1)
        pool.close()
        pool.join()
    return results


def _press_with_key(opener: Opener) -> Answer:
    store = opener()
    answers = [
        handle(store, change(COUNTER, "a", raise_by_one), Request(key=CommandKey(caller="anna", key="k")))
        for _ in range(3)
    ]
    store.close()
    assert all(answer.positions == answers[0].positions for answer in answers)
    return answers[0]


def _write_at_random(opener: Opener, seed: int) -> int:
    """Appends of 1–5 events to shared streams, one in ten rolled back; gives how many were committed."""
    chance, store, written = random.Random(seed), opener(), 0
    for _ in range(150):
        subject, events = str(chance.randrange(5)), [CounterRaised()] * chance.randint(1, 5)
        if chance.random() < 0.1:
            with pytest.raises(ZeroDivisionError), store.transaction() as transaction:
                transaction.append(raised(f"counter-{uuid4()}", 0, 1))
                raise ZeroDivisionError
        handle(store, change(COUNTER, subject, lambda _, events=events: events))  # type: ignore[misc]
        written += len(events)
    store.close()
    return written


def _follow(store: Store, seen: list[tuple[int, int]]) -> None:
    """Read on from where ``seen`` ends, as a processor does, checking that nothing is skipped."""
    for partition in range(store.partitions):
        after = max((position for p, position in seen if p == partition), default=0)
        news = store.read(partition, after)
        assert [r.position for r in news] == list(range(after + 1, after + 1 + len(news)))
        seen.extend((partition, r.position) for r in news)
