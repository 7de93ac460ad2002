"""If-Position: whoever has written reads what was written, through reactions too, and nobody waits in vain."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.processing.reaction import Reaction, Then
from chassis.processing.tables import CHECKPOINTS
from chassis.service import Service
from chassis.testing.happenings import COUNTER, CounterRaised, CounterSigned
from chassis.testing.web import Api
from chassis.web import positions
from tests.chassis.web.counters import PROBLEMS, SERVICE, SIGNED, TALLY, routes
from tests.chassis.web.other import OTHER, open_other


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(positions, "LONGEST_WAIT", 0.3)


@contextmanager
def catching_up_later(api, seconds=0.1):
    later = threading.Timer(seconds, api.catch_up)
    later.start()
    yield
    later.join()


def seen_with(answer):
    return {"If-Position": answer.position}


def test_who_has_written_reads_what_was_written(api, karin, counter):
    api.catch_up()
    written = karin.post(f"{counter}/raise", {"amount": 5})
    with catching_up_later(api):
        (found,) = karin.get("/counters", headers=seen_with(written)).json["items"]
    assert found["total"] == 6


def test_what_a_reaction_did_because_of_it_is_read_too(api, karin, counter):
    api.catch_up()
    written = karin.put(f"{counter}/signature", {"name": "Karin"})
    with catching_up_later(api):
        (found,) = karin.get("/counters", headers=seen_with(written)).json["items"]
    assert found["total"] == 11, "one, and ten for the signature"


def moved(api, processor, position):
    with api.store.transaction() as transaction:
        change = sa.update(CHECKPOINTS).where(CHECKPOINTS.c.processor == processor).values(position=position)
        assert transaction.connection.execute(change).rowcount == 1


def test_a_read_model_alone_has_not_seen_what_a_reaction_has_not(api, karin, counter):
    api.catch_up()
    written = karin.post(f"{counter}/raise")
    moved(api, "web_tally_v1", 2)
    karin.get("/counters", headers=seen_with(written), expect=503)
    moved(api, SIGNED.name, 2)
    karin.get("/counters", headers=seen_with(written), expect=200)
    karin.post(f"{counter}/raise")  # as if that had come of it
    karin.get("/counters", headers=seen_with(written), expect=503)
    moved(api, SIGNED.name, 3)
    karin.get("/counters", headers=seen_with(written), expect=503)
    moved(api, "web_tally_v1", 3)
    karin.get("/counters", headers=seen_with(written), expect=200)


def test_it_is_answered_at_once_when_it_is_there_already(api, karin, counter):
    api.catch_up()
    began = time.monotonic()
    karin.get("/counters", headers={"If-Position": "suite/0:1"})
    assert time.monotonic() - began < 0.2


def test_what_does_not_come_is_not_waited_for_for_ever(api, karin, counter):
    api.catch_up()
    answer = karin.get("/counters", headers={"If-Position": "suite/0:99"}, expect=503)
    assert (answer.slug, answer.headers["Retry-After"]) == ("not-there-yet", "1")


def test_a_service_that_is_not_known_here_is_passed_over(api, karin, counter):
    api.catch_up()
    assert karin.get("/counters", headers={"If-Position": "elsewhere/7:99, suite/0:1"}).status == 200


@pytest.mark.parametrize("bad", ["", "x", "suite", "suite/0", "suite/x:1", "suite/0:-1", "suite/0:1,,", ","])
def test_what_is_no_position_is_refused(karin, counter, bad):
    assert karin.get(counter, headers={"If-Position": bad}, expect=400).slug == "bad-position"


def test_too_many_positions_are_refused(karin, counter):
    many = ",".join(["suite/0:1"] * 101)
    assert karin.get(counter, headers={"If-Position": many}, expect=400).slug == "bad-position"


def test_a_partition_that_is_not_there_is_refused(karin, counter):
    answer = karin.get(counter, headers={"If-Position": "suite/9:1"}, expect=400)
    assert (answer.slug, answer.json["partition"]) == ("unknown-partition", 9)


def test_when_too_many_wait_the_next_is_answered_at_once(api, karin, counter):
    api.catch_up()
    waiting = api.app.extensions["nyfiken"].waiting
    with waiting.place(), waiting.place(), waiting.place(), waiting.place():
        began = time.monotonic()
        karin.get("/counters", headers={"If-Position": "suite/0:99"}, expect=503)
        assert time.monotonic() - began < 0.2
        karin.get("/counters", headers={"If-Position": "suite/0:1"})
    assert karin.get("/counters", headers={"If-Position": "suite/0:99"}, expect=503).slug == "not-there-yet"


def test_nobody_waits_when_the_process_is_to_end(api, karin, counter):
    api.catch_up()
    api.app.extensions["nyfiken"].waiting.end()
    began = time.monotonic()
    karin.get("/counters", headers={"If-Position": "suite/0:99"}, expect=503)
    assert time.monotonic() - began < 0.2


def when_other_raised_sign(recorded, memory):
    """The first of a chain: another service's event, an event here, which SIGNED reacts to, which TALLY folds."""
    subject = recorded.subject
    yield Then(decider=COUNTER, subject=subject, decide=lambda _: [CounterSigned(signer_id="anna", name="Anna")])


CHAIN = Reaction(
    name="other-is-signed",
    sources=("other",),
    on=(CounterRaised,),
    then=when_other_raised_sign,
    from_the_beginning=True,
)


@pytest.fixture
def other(tmp_path):
    with open_other(tmp_path) as other:
        yield other


@pytest.fixture
def chained(tmp_path, other):
    service = Service(name="suite", deciders=(COUNTER,), read_models=(TALLY,), reactions=(CHAIN, *SERVICE.reactions))
    with Api(service, [routes], tmp_path, problem_texts=[PROBLEMS], sources={"other": other.source()}) as api:
        yield api


def test_another_services_position_is_waited_for_through_the_whole_chain(other, chained):
    chained.catch_up()
    made = other.as_("employee").post("/counters", {"title": "x"})
    karin = chained.as_("employee")
    with catching_up_later(chained):
        (found,) = karin.get("/counters", headers=seen_with(made)).json["items"]
    assert found == {"counter_id": made.json["counter_id"], "total": 10, "signed": None}


def test_a_live_page_waits_for_what_reactions_record_here(other, chained):
    chained.catch_up()
    made = other.as_("employee").post("/counters", {"title": "x"})
    karin = chained.as_("employee")
    with catching_up_later(chained):
        page = karin.get(made.headers["Location"], headers=seen_with(made)).json
    assert (page["signed"], page["total"]) == ("Anna", 10)


def test_a_partition_that_a_known_service_does_not_have_is_refused(other, chained):
    chained.catch_up()
    karin = chained.as_("employee")
    assert karin.get("/counters", headers={"If-Position": f"{OTHER}/5:1"}, expect=400).slug == "unknown-partition"


def test_a_service_that_was_never_reached_is_waited_for(chained, tmp_path):
    answer = chained.as_("employee").get("/counters", headers={"If-Position": f"{OTHER}/5:1"}, expect=503)
    assert answer.slug in ("not-there-yet", "read-model-being-built")
