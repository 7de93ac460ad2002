"""Commands over HTTP: what they answer, repeated requests, versions."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from chassis.testing.web import TOKENS
from chassis.web.commands import Shape
from tests.chassis.web.counters import RaiseCounter, open_api


def recorded(api, path):
    return api.store.read_stream(path.strip("/").replace("counters/", "counter-"))


def key(value=None):
    return {"Idempotency-Key": value or str(uuid4())}


def test_a_command_answers_with_ids_version_position_and_place(api, karin):
    made = karin.post("/counters", {"title": "Idéer", "parts": ["a", "b"]})
    assert made.status == 201
    assert made.headers["Location"] == f"/counters/{made.json['counter_id']}"
    assert (made.json["version"], made.etag, made.position) == (1, '"1"', "suite/0:1")
    assert len(set(made.json["part_ids"])) == 2
    assert set(made.json) == {"counter_id", "part_ids", "version"}


def test_a_list_of_ids_of_nothing_is_empty(karin):
    assert karin.post("/counters", {"title": "Idéer"}).json["part_ids"] == []


def test_what_is_already_so_is_of_the_position_where_it_became_so(karin, counter):
    became = karin.post(f"{counter}/raise")
    karin.post("/counters", {"title": "En annan"})
    assert karin.post(f"{counter}/raise", {"amount": 0}).position == became.position


def test_a_command_without_body_fields_needs_no_body(karin, counter):
    assert karin.post(f"{counter}/raise").json["version"] == 2


def test_what_is_recorded_says_who_and_why(api, karin, counter):
    traced = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "X-Correlation-ID": str(uuid4())}
    answer = karin.post(f"{counter}/raise", headers=traced)
    metadata = recorded(api, counter)[-1].metadata
    assert metadata.by == karin.person_id == TOKENS.person_id("karin")
    assert metadata.traceparent == traced["traceparent"]
    assert metadata.correlation_id == traced["X-Correlation-ID"] == answer.headers["X-Correlation-ID"]


def test_a_correlation_id_or_traceparent_that_might_say_something_is_not_taken(api, karin, counter):
    karin.post(f"{counter}/raise", headers={"traceparent": "00-anna", "X-Correlation-ID": "anna.andersson"})
    metadata = recorded(api, counter)[-1].metadata
    assert metadata.traceparent is None
    assert "anna" not in metadata.correlation_id


def test_a_repeated_request_gets_its_first_answer_whatever_has_happened_since(api, karin, counter):
    again = key()
    first = karin.put(f"{counter}/signature", {"name": "Karin"}, headers=again)
    karin.post(f"{counter}/raise")
    second = karin.put(f"{counter}/signature", {"name": "Karin"}, headers=again)
    assert (second.status, second.json) == (first.status, first.json)
    assert (second.etag, second.position) == (first.etag, first.position)
    assert len(recorded(api, counter)) == 3


def test_a_repeated_request_names_what_was_made_the_first_time(karin):
    again = key()
    first, second = (karin.post("/counters", {"title": "x", "parts": ["a"]}, headers=again) for _ in range(2))
    assert second.json == first.json
    assert second.headers["Location"] == first.headers["Location"]


def test_a_repeated_request_that_changed_nothing_gets_the_same_answer(karin, counter):
    again = key()
    first = karin.post(f"{counter}/raise", {"amount": 0}, headers=again)
    karin.post(f"{counter}/raise")
    second = karin.post(f"{counter}/raise", {"amount": 0}, headers=again)
    assert (second.json, second.etag) == (first.json, first.etag)


def test_a_repeated_request_is_recognised_after_a_restart(tmp_path):
    again = key()
    with open_api(tmp_path) as api:
        first = api.as_().post("/counters", {"title": "x"}, headers=again)
    with open_api(tmp_path) as api:
        assert api.as_().post("/counters", {"title": "x"}, headers=again).json == first.json


def test_a_key_is_good_for_one_request_only(karin, counter):
    again = key()
    karin.post(f"{counter}/raise", {"amount": 1}, headers=again)
    other_body = karin.post(f"{counter}/raise", {"amount": 2}, headers=again, expect=422)
    other_path = karin.post("/counters", {"title": "x"}, headers=again, expect=422)
    assert other_body.slug == other_path.slug == "key-used-for-another-request"
    assert other_body.json["errors"][0]["field"] == "Idempotency-Key"


def test_a_key_is_the_callers_own(api, karin, counter):
    again = key()
    karin.post(f"{counter}/raise", headers=again)
    assert api.as_("employee", sub="bengt").post(f"{counter}/raise", headers=again).json["version"] == 3


def test_a_refused_request_may_be_sent_again_with_its_key(karin, counter):
    again = key()
    karin.post(f"{counter}/raise", {"amount": 2000}, headers=again, expect=409)
    assert karin.post(f"{counter}/raise", {"amount": 20}, headers=again).status == 200


@pytest.mark.parametrize("bad", ["", "x" * 201, "med mellanrum", "\u00e5".encode().decode("latin-1")])
def test_a_key_that_cannot_be_kept_is_refused(karin, counter, bad):
    answer = karin.post(f"{counter}/raise", headers={"Idempotency-Key": bad}, expect=400)
    assert answer.slug == "bad-key"


def test_the_same_request_many_times_at_once_happens_once(api, karin, counter):
    again, answers, gate = key(), [], threading.Barrier(8)

    def press():
        gate.wait()
        answers.append(api.as_("employee").post(f"{counter}/raise", {"amount": 5}, headers=again))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert {(a.status, a.json["version"], a.etag, a.position) for a in answers} == {(200, 2, '"2"', "suite/0:2")}
    assert len(recorded(api, counter)) == 2


def test_commands_at_once_are_all_carried_out(api, karin, counter):
    def press():
        for _ in range(10):
            api.as_("employee").post(f"{counter}/raise", headers=key())

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert karin.get(counter).json["total"] == 41


def test_of_two_editors_with_the_same_version_one_is_told(karin, counter):
    seen = karin.get(counter).etag
    karin.patch(counter, {"amount": 1}, headers={"If-Match": seen})
    late = karin.patch(counter, {"amount": 1}, headers={"If-Match": seen}, expect=412)
    assert (late.slug, late.json["version"]) == ("changed-meanwhile", 2)
    assert karin.get(counter).json["total"] == 2


def test_a_version_is_needed_where_it_says_so(karin, counter):
    assert karin.patch(counter, {}, expect=428).slug == "version-needed"


def test_a_version_is_heeded_where_it_is_not_needed(karin, counter):
    karin.post(f"{counter}/raise", headers={"If-Match": '"9"'}, expect=412)
    karin.post(f"{counter}/raise", headers={"If-Match": "*"})


@pytest.mark.parametrize("bad", ['"x"', '"1", "2"', '""', "nonsense", 'W/"1"', '"' + "9" * 30 + '"'])
def test_a_version_that_is_none_is_refused(karin, counter, bad):
    assert karin.post(f"{counter}/raise", headers={"If-Match": bad}, expect=400).slug == "bad-version"


def test_a_command_of_several_aggregates_is_carried_out_at_once(api, karin, counter):
    other = str(uuid4())
    moved = karin.post(f"{counter}/move", {"to_id": other})
    assert moved.json == {"counter_id": counter.rpartition("/")[2], "version": 2}
    assert karin.get(f"/counters/{other}").json["total"] == 1


def test_what_such_a_command_refuses_before_it_reads_is_refused_like_anything(karin, counter):
    same = counter.rpartition("/")[2]
    assert karin.post(f"{counter}/move", {"to_id": same}, expect=409).slug == "same-counter"


def test_only_machines_say_when_something_happened(api, karin):
    long_ago = {"title": "x", "occurred_at": "2019-05-06T07:08:09+02:00"}
    assert karin.post("/counters", long_ago, expect=403).slug == "occurred-at-is-for-imports"
    made = api.machine().post("/counters", long_ago)
    (event,) = recorded(api, made.headers["Location"])
    assert event.occurred_at.isoformat() == "2019-05-06T05:08:09+00:00"
    assert event.metadata.by == "importer"


def test_a_given_field_that_nothing_fills_is_found_before_anything_runs():
    with pytest.raises(TypeError, match="counter_id"):
        Shape.of(RaiseCounter, ())
