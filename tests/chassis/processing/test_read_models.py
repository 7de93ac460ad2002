"""Read models: folded in batches, built beside each other, rebuilt, searched, parked."""

import base64
import dataclasses
from datetime import datetime

import orjson
import pytest
from structlog.testing import capture_logs

from chassis.errors import Invalid, Unavailable
from chassis.processing.parking import parked
from chassis.processing.processor import processors, retry
from chassis.processing.read_model import ReadModel, indexed, key, one_subject, row
from chassis.processing.registry import generations, prune, rows, serving, start_generation
from chassis.store.protocol import Append, Change
from chassis.testing.happenings import CounterRaised
from chassis.testing.read_models import History, kept
from chassis.testing.store_suite import new, raised
from tests.chassis.processing.tallies import MIRROR, Tally, onto_tally, suite, tally


def note(stream, expected, *notes):
    events = [new(CounterRaised(note=text)) for text in notes]
    return Append(changes=[Change(stream=stream, expected=expected, events=events)])


def table(store, model=None):
    with store.reading() as db:
        found = rows(db, model or tally())
        return {row.counter: row for row in found.page(limit=200).rows}


def test_rows_are_folded_and_the_checkpoint_moves_with_them(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    store.append(raised("counter-b", 0, 5))
    worker(suite(tally())).catch_up()
    assert {k: (r.total, r.events) for k, r in table(store).items()} == {"a": (3, 2), "b": (5, 1)}
    with store.reading() as db:
        assert [str(at) for at in serving(db, tally()).positions] == ["suite/0:3"]


def test_events_that_come_again_change_nothing(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    worker(suite(tally())).catch_up()
    before = table(store)
    worker(suite(tally()), "w1").catch_up()
    assert table(store) == before


def test_a_read_model_that_never_caught_up_does_not_answer(store, worker):
    worker(suite()).catch_up()
    with store.reading() as db, pytest.raises(Unavailable):
        serving(db, tally())


def test_a_new_version_is_built_beside_the_old_one_which_goes_on_serving(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    old = worker(suite(tally()))
    old.catch_up()
    doubled = tally(
        version=2, fold=lambda row, recorded, key: dataclasses.replace(onto_tally(row, recorded, key), total=99)
    )
    new_worker = worker(suite(doubled), "w2")
    with store.transaction() as transaction:
        start_generation(transaction.connection, doubled)
    assert table(store)["a"].total == 3
    with store.reading() as db, pytest.raises(Unavailable):
        serving(db, doubled)
    new_worker.catch_up()
    store.append(raised("counter-a", 2, 4))
    old.catch_up()
    new_worker.catch_up()
    assert (table(store)["a"].total, table(store, doubled)["a"].total) == (7, 99)


def test_rebuilding_switches_when_caught_up_and_repeats_no_reaction(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    service = suite(tally(), reactions=(MIRROR,))
    running = worker(service)
    running.catch_up()
    history = len(store.read(0, 0))
    before = table(store)
    with store.transaction() as transaction:
        start_generation(transaction.connection, tally())
    with store.reading() as db:
        assert serving(db, tally()).table.generation == 1
    running.catch_up()
    with store.reading() as db:
        assert [g.generation for g in generations(db, tally())] == [2]
    assert table(store) == before
    assert len(store.read(0, 0)) == history
    with store.transaction() as transaction:
        assert prune(transaction.connection, (tally(),)) == ["tally_v1"]


def test_a_row_whose_fold_raises_is_parked_in_order_and_the_others_go_on(store, worker):
    store.append(note("counter-a", 0, "first", "poison", "after"))
    store.append(note("counter-b", 0, "fine"))
    running = worker(suite(tally()))
    running.catch_up()
    store.append(note("counter-a", 3, "later"))
    running.catch_up()
    assert {k: r.events for k, r in table(store).items()} == {"a": 1, "b": 1}
    with store.reading() as db:
        (only,) = parked(db)
        found = rows(db, tally())
        assert found.behind(found.some(["a", "b"])) == ("a",)
    assert (only.processor, only.key, only.events) == ("tally_v1", "a", 3)
    assert only.reason.startswith("ValueError in tallies.py")
    assert "cannot" not in only.reason


def test_what_is_parked_is_applied_after_the_fix(store, worker, monkeypatch):
    store.append(note("counter-a", 0, "first", "poison", "after"))
    worker(suite(tally())).catch_up()
    fixed = tally(
        fold=lambda row, recorded, key: dataclasses.replace(
            row or Tally(counter=key), events=(row.events if row else 0) + 1
        )
    )
    with store.reading() as db:
        broken, mended = (next(p for p in processors(suite(m), store, db)) for m in (tally(), fixed))
    with pytest.raises(ValueError, match="cannot"):
        retry(store, broken, "a")
    assert retry(store, mended, "a") == 2
    assert table(store)["a"].events == 3
    with store.reading() as db:
        assert parked(db) == []


def test_the_most_alike_is_found_first(store, worker):
    store.append(note("counter-a", 0, "Videosamtal i hemtjänsten", "hembesök"))
    store.append(note("counter-b", 0, "Cykelgarage vid stationen"))
    worker(suite(tally())).catch_up()
    with store.reading() as db:
        found = rows(db, tally()).matching("tally cykelgaragen stationer", 5)
        assert [row.counter for row in found] == ["b"]
        page = rows(db, tally()).page(text="tally cykelgaragen stationer", limit=1)
        assert ([row.counter for row in page.rows], page.next) == (["b"], None)
        assert rows(db, tally()).matching('"; DROP TABLE', 5) == []


def test_pages_follow_each_other_without_gap_or_repetition(store, worker):
    for n in range(25):
        store.append(raised(f"counter-{n:02}", 0, n % 3))
    worker(suite(tally())).catch_up()
    for descending in (False, True):
        with store.reading() as db:
            found, after = [], None
            while True:
                page = rows(db, tally()).page(by=("total",), descending=descending, after=after, limit=7)
                found += [(row.total, row.counter) for row in page.rows]
                after = page.next
                if after is None:
                    break
        assert found == sorted(found, reverse=descending)
        assert len(found) == 25


def test_pages_in_the_order_of_moments_follow_each_other_and_a_made_up_cursor_is_refused(open_store):
    history = History("suite")
    for n in range(3):
        history.add("suite", f"counter-{n}", CounterRaised())
    model = ReadModel(
        name="moments",
        version=1,
        row=Moment,
        sources=("suite",),
        on=(CounterRaised,),
        keys=one_subject,
        fold=lambda row, recorded, key: Moment(counter=key, at=recorded.recorded_at),
    )
    with kept(model, history, open_store) as moments:
        first = moments.page(by=("at",), descending=True, limit=1)
        assert [row.counter for row in first.rows] == ["2"]
        assert [row.counter for row in moments.page(by=("at",), descending=True, after=first.next).rows] == ["1", "0"]
        for made_up in (["2026-03-02T08:00:00", "0"], [7, "0"], [None, "0"], ["2026-03-02T08:00:00Z", 0], {}, 7):
            cursor = base64.urlsafe_b64encode(orjson.dumps(made_up)).decode().rstrip("=")
            with pytest.raises(Invalid, match="bad-cursor"):
                moments.page(by=("at",), after=cursor)


@row
class Moment:
    counter: str = key()
    at: datetime = indexed()


def test_a_batch_is_one_line_in_the_log(store, worker):
    store.append(raised("counter-a", 0, 1, 2))
    with capture_logs() as lines:
        worker(suite(tally(), reactions=(MIRROR,))).catch_up()
    batches = [(line["to"], line["events"], line["processors"]) for line in lines if line["event"] == "batch"]
    assert batches[:2] == [("suite/0:2", 2, ["tally_v1"]), ("suite/0:2", 2, ["mirror"])]
