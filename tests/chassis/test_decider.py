"""Carrying out commands: conflicts are tried again, repeated requests get their first answer."""

import threading
from functools import partial

import pytest

from chassis.decider import SNAPSHOT_EVERY, UNHELD, Attempt, Request, States, change, handle
from chassis.errors import Conflict, Invalid, Refused, Stale, Unavailable
from chassis.store.protocol import CommandKey, Snapshot, VersionConflict
from chassis.store.snapshots import fingerprint
from chassis.store.sqlite import SqliteStore
from chassis.store.sqlite.transaction import SqliteTransaction
from chassis.testing.happenings import COUNTER, Counter, CounterRaised, CounterSigned
from chassis.testing.store_suite import history_of, raise_by_one
from contracts.event import Sealed, UnknownEventVersion


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "s.sqlite", "suite", master_key=bytes(32))
    yield store
    store.close()


def only_once(counter):
    """A rule that refuses what has happened already."""
    if counter:
        raise Refused("raised-already")
    return [CounterRaised()]


def versions(store, subject="a"):
    return [r.version for r in store.read_stream(f"counter-{subject}")]


def test_a_command_is_decided_anew_when_somebody_was_faster(store):
    meanwhile = iter([True, True])

    def work(attempt: Attempt) -> None:
        counter = attempt.read(COUNTER, "a")
        if next(meanwhile, False):
            handle(store, change(COUNTER, "a", raise_by_one))
        attempt.record(COUNTER, "a", [CounterRaised(by=10 + (counter.total if counter else 0))])

    handle(store, work)
    assert [r.event.by for r in store.read_stream("counter-a")] == [1, 1, 12]


def sign(_: Counter | None) -> list[object]:
    """A decision with something personal in its event."""
    return [CounterSigned(signer_id="anna", name="Anna Andersson")]


def test_a_state_at_hand_and_a_snapshot_refer_to_what_is_personal_as_a_state_read_anew_does(store):
    memory = States()
    for _ in range(SNAPSHOT_EVERY):
        handle(store, change(COUNTER, "a", sign), memory=memory)
    at_hand, _ = memory.load(store, COUNTER, "counter-a")
    anew, _ = States().load(store, COUNTER, "counter-a")
    assert at_hand == anew
    assert at_hand.signed == Sealed("counter-a", SNAPSHOT_EVERY, "name")
    kept, _ = history_of(store, "counter-a", fingerprint(COUNTER.evolve))
    assert b"Andersson" not in kept.state


def test_a_command_that_is_outrun_again_and_again_gets_its_turn(store):
    outrun = []

    def work(attempt: Attempt) -> None:
        attempt.record(COUNTER, "a", raise_by_one(attempt.read(COUNTER, "a")))
        if len(outrun) < UNHELD:
            outrun.append(handle(store, change(COUNTER, "a", raise_by_one)))

    handle(store, work)
    assert versions(store) == list(range(1, UNHELD + 2))


def test_commands_of_many_at_once_on_one_stream_are_all_carried_out(store):
    def press() -> None:
        for _ in range(10):
            handle(store, change(COUNTER, "a", raise_by_one))

    threads = [threading.Thread(target=press) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions(store) == list(range(1, 161))


def test_a_command_that_is_outrun_all_the_same_says_so(store, monkeypatch):
    def outrun(self, what):
        raise VersionConflict("counter-a")

    monkeypatch.setattr(SqliteTransaction, "append", outrun)
    with pytest.raises(Conflict):
        handle(store, change(COUNTER, "a", raise_by_one))


def test_a_repeated_request_gets_its_first_answer_though_it_would_be_refused_now(store):
    request = Request(key=CommandKey(caller="anna", key="k"), status=201, ids={"counter_id": "a"})
    first = handle(store, change(COUNTER, "a", only_once), request)
    handle(store, change(COUNTER, "a", raise_by_one))
    again = handle(store, change(COUNTER, "a", only_once), request)
    assert (again.status, again.ids, again.positions, again.versions) == (
        201,
        first.ids,
        first.positions,
        {"counter-a": 1},
    )
    assert versions(store) == [1, 2]


def test_a_repeated_request_gets_its_first_answer_though_a_newer_release_has_written_to_the_stream_since(store):
    request = Request(key=CommandKey(caller="anna", key="k"), status=201)
    first = handle(store, change(COUNTER, "a", raise_by_one), request)
    handle(store, change(COUNTER, "a", raise_by_one))
    with store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE events SET type = 'counter-raised.v9' WHERE version = 2")
    again = handle(store, change(COUNTER, "a", raise_by_one), request)
    assert (again.status, again.positions) == (201, first.positions)
    with pytest.raises(UnknownEventVersion):
        handle(store, change(COUNTER, "a", raise_by_one))
    assert versions(store) == [1, 2]


def test_an_empty_decision_is_remembered_under_its_key_too(store):
    request = Request(key=CommandKey(caller="anna", key="k"))
    first = handle(store, change(COUNTER, "a", lambda _: []), request)
    handle(store, change(COUNTER, "a", raise_by_one))
    again = handle(store, change(COUNTER, "a", raise_by_one), request)
    assert (again.positions, again.versions) == (first.positions, first.versions) == ((), {"counter-a": 0})
    assert versions(store) == [1]


def test_a_key_with_another_body_is_refused_naming_the_header(store):
    handle(store, change(COUNTER, "a", raise_by_one), Request(key=CommandKey(caller="anna", key="k", body_hash="1")))
    for decide in (raise_by_one, only_once):
        with pytest.raises(Invalid) as refusal:
            handle(store, change(COUNTER, "a", decide), Request(key=CommandKey(caller="anna", key="k", body_hash="2")))
        assert refusal.value.field == "Idempotency-Key"


def test_a_refused_command_is_not_remembered(store):
    handle(store, change(COUNTER, "a", raise_by_one))
    request = Request(key=CommandKey(caller="anna", key="k"))
    with pytest.raises(Refused):
        handle(store, change(COUNTER, "a", only_once), request)
    assert store.answered("anna", "k") is None


def test_what_its_sender_did_not_see_is_stale(store):
    handle(store, change(COUNTER, "a", raise_by_one))
    with pytest.raises(Stale):
        handle(store, change(COUNTER, "a", raise_by_one), Request(expected={"counter-a": 0}))
    handle(store, change(COUNTER, "a", raise_by_one), Request(expected={"counter-a": 1}))
    assert versions(store) == [1, 2]


def test_what_was_only_read_must_not_change_meanwhile(store):
    meanwhile = iter([True])

    def work(attempt: Attempt) -> None:
        if attempt.read(COUNTER, "gate"):
            raise Refused("closed")
        if next(meanwhile, False):
            handle(store, change(COUNTER, "gate", raise_by_one))
        attempt.record(COUNTER, "a", [CounterRaised()])

    with pytest.raises(Refused):
        handle(store, work)
    assert versions(store) == []


def test_all_streams_of_a_command_are_recorded_or_none(store):
    def work(attempt: Attempt) -> None:
        for subject in "abc":
            attempt.record(COUNTER, subject, [CounterRaised()])
        if attempt.read(COUNTER, "d"):
            raise Refused("no")

    assert handle(store, work).versions == {"counter-a": 1, "counter-b": 1, "counter-c": 1, "counter-d": 0}
    handle(store, change(COUNTER, "d", raise_by_one))
    with pytest.raises(Refused):
        handle(store, work)
    assert versions(store) == [1]


def test_a_snapshot_of_other_code_is_passed_over(store):
    for _ in range(100):
        handle(store, change(COUNTER, "a", raise_by_one))
    kept, _ = history_of(store, "counter-a", fingerprint(COUNTER.evolve))
    assert kept.version == 100
    store.save_snapshot("counter-a", Snapshot(version=100, fingerprint="other code", state=b'{"total": 7}'))
    assert States().load(store, COUNTER, "counter-a") == (Counter(total=100), 100)


def test_a_snapshot_of_this_code_is_used(store):
    for _ in range(3):
        handle(store, change(COUNTER, "a", raise_by_one))
    store.save_snapshot(
        "counter-a", Snapshot(version=2, fingerprint=fingerprint(COUNTER.evolve), state=b'{"total": 50}')
    )
    assert States().load(store, COUNTER, "counter-a") == (Counter(total=51), 3)


def test_states_at_hand_are_bounded_and_losing_them_changes_nothing(store):
    memory = States(most=2)
    for _ in range(3):
        for subject in "abcd":
            handle(
                store,
                partial(lambda attempt, s: attempt.record(COUNTER, s, [CounterRaised()]), s=subject),
                memory=memory,
            )
    assert {subject: versions(store, subject) for subject in "abcd"} == {s: [1, 2, 3] for s in "abcd"}


def test_a_command_whose_snapshot_cannot_be_saved_is_answered_all_the_same(store, monkeypatch):
    def fail(*_):
        raise Unavailable("store-unavailable", reason="the disk is full")

    monkeypatch.setattr(store, "save_snapshot", fail)
    for _ in range(SNAPSHOT_EVERY + 1):
        handle(store, change(COUNTER, "a", raise_by_one))
    assert versions(store) == list(range(1, SNAPSHOT_EVERY + 2))
    assert history_of(store, "counter-a", fingerprint(COUNTER.evolve))[0] is None
