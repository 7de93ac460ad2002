"""Queries: cursors, versions, what is of which moment, and what is personal."""

from __future__ import annotations


def as_of(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_an_answer_says_its_version_and_is_not_sent_twice(karin, counter):
    seen = karin.get(counter)
    assert (seen.etag, seen.headers["Cache-Control"]) == ('"1"', "private, no-cache")
    again = karin.get(counter, headers={"If-None-Match": seen.etag})
    assert (again.status, again.json, again.etag) == (304, None, '"1"')
    karin.post(f"{counter}/raise")
    assert karin.get(counter, headers={"If-None-Match": seen.etag}).json["total"] == 2


def test_a_list_is_not_sent_twice_either(api, karin, counter):
    api.catch_up()
    seen = karin.get("/counters")
    assert seen.etag.startswith('W/"')
    assert karin.get("/counters", headers={"If-None-Match": seen.etag}).status == 304
    karin.post(f"{counter}/raise")
    api.catch_up()
    assert karin.get("/counters", headers={"If-None-Match": seen.etag}).status == 200


def test_an_answer_says_which_positions_it_is_of(api, karin, counter):
    assert karin.get(counter).position == "suite/0:1"
    api.catch_up()
    karin.post(f"{counter}/raise")
    assert karin.get("/counters").position == "suite/0:1"
    assert karin.get(counter).position == "suite/0:2"


def test_a_personal_value_is_opened_on_the_way_out_only(api, karin, counter):
    karin.put(f"{counter}/signature", {"name": "Karin Ek"})
    (signed,) = (r for r in api.store.read_stream(counter.strip("/").replace("s/", "-")) if r.sealed)
    assert b"Karin" not in signed.data
    assert karin.get(counter).json["signed"] == "Karin Ek"


def test_an_erased_name_is_gone_from_an_answer_whose_version_did_not_change(api, karin, counter):
    karin.put(f"{counter}/signature", {"name": "Karin Ek"})
    seen = karin.get(counter)
    api.store.erase(karin.person_id, ["texts"])
    after = karin.get(counter, headers={"If-None-Match": seen.etag})
    assert (after.status, after.json["signed"], after.etag) == (200, None, seen.etag)


def test_a_text_that_looks_like_a_reference_opens_nothing(api, karin, counter):
    karin.put(f"{counter}/signature", {"name": "Karin Ek"})
    reference = f"{counter.strip('/').replace('s/', '-')}@2#name"
    other = karin.post("/counters", {"title": "x"}).headers["Location"]
    karin.put(f"{other}/signature", {"name": reference})
    assert karin.get(other).json["signed"] == reference


def test_what_was_known_then_is_told_with_the_version_of_then(api, karin, counter):
    (first,) = api.store.read_stream(counter.strip("/").replace("s/", "-"))
    karin.post(f"{counter}/raise")
    then = karin.get(f"{counter}?as_of={as_of(first.recorded_at)}")
    assert (then.json["total"], then.etag) == (1, '"1"')
    assert karin.get(f"{counter}?as_of=2019-05-06T07:08:09Z", expect=404).slug == "no-such-counter"


def test_pages_follow_each_other_to_the_end(api, karin):
    for _ in range(7):
        karin.post("/counters", {"title": "x"})
    api.catch_up()
    found, after = [], ""
    while after is not None:
        page = karin.get(f"/counters?limit=3{after and f'&after={after}'}").json
        found += [each["counter_id"] for each in page["items"]]
        after = page["next"]
    assert len(found) == len(set(found)) == 7


def test_a_parameter_of_several_values_is_repeated_or_has_commas(api, karin):
    ids = [karin.post("/counters", {"title": "x"}).json["counter_id"] for _ in range(3)]
    api.catch_up()
    for asked in (f"counter={ids[0]}&counter={ids[1]}", f"counter={ids[0]},{ids[1]}"):
        found = karin.get(f"/counters?{asked}").json["items"]
        assert {each["counter_id"] for each in found} == set(ids[:2])


def test_a_page_that_is_not_built_yet_says_when_to_ask_again(karin):
    answer = karin.get("/counters", expect=503)
    assert (answer.slug, answer.headers["Retry-After"]) == ("read-model-being-built", "1")


def test_only_the_head_may_be_asked_for(api, karin, counter):
    answer = karin.send("HEAD", counter)
    assert (answer.etag, answer.json) == ('"1"', None)


def test_the_version_of_one_history_does_not_call_a_page_of_more_unchanged(api, karin, counter):
    api.catch_up()
    seen = karin.get(f"{counter}/beside")
    assert (seen.etag, seen.json["total"]) == ('"1"', 1)
    assert karin.get(f"{counter}/beside", headers={"If-None-Match": seen.etag}).status == 200
