"""What one follows and is told, over HTTP."""

import pytest

from chassis.processing.registry import start_generation
from services.notifications.read_models import INBOX
from tests.services.notifications.happenings import concluded, declined, prompted, submitted
from tests.services.notifications.people import DECIDER, EXPERIMENT, IDEA, LESSON

IDEA_STREAM, EXPERIMENT_STREAM = f"idea-{IDEA}", f"experiment-{EXPERIMENT}"


@pytest.fixture
def karin(api):
    return api.as_("employee", sub="karin")


@pytest.fixture
def bo(api):
    return api.as_("employee", sub="bo", language="en")


@pytest.fixture
def failed(api, others, karin):
    """Karin's idea was tested, and the test failed."""
    others["ideas"].add(IDEA_STREAM, submitted(author=karin.person_id, title="Videosamtal"), by=karin.person_id)
    failure = others["experiments"].add(EXPERIMENT_STREAM, concluded("failed", owner="cilla-90cd"), by="cilla-90cd")
    api.catch_up()
    return failure


def texts(somebody, query=""):
    return [entry["text"] for entry in somebody.get(f"/inbox{query}").json["items"]]


def test_the_author_is_told_of_the_failure_in_words_and_references(karin, failed):
    inbox = karin.get("/inbox").json
    (entry,) = inbox["items"]
    assert entry["text"] == "Ett experiment: hypotesen höll inte."
    assert (entry["rule"], entry["event_type"], entry["event_id"]) == ("follower", "experiment-failed.v1", failed.id)
    assert (entry["event_position"], entry["link"]) == ("experiments/0:1", f"/experiments/{EXPERIMENT}")
    assert (entry["unread"], entry["allowed_actions"], entry["actor"]) == (True, ["read"], None)
    assert inbox["unread_count"] == 1


def test_what_it_is_called_is_told_once_it_is_known(karin, others, api, failed):
    others["ideas"].add(IDEA_STREAM, declined(), by=DECIDER)
    api.catch_up()
    assert texts(karin)[0] == "Idén ”Videosamtal” går inte vidare. Annat skäl."
    english = api.as_("employee", sub="karin", language="en")
    assert texts(english)[0] == "The idea “Videosamtal” does not go on. Another reason."


def test_reading_counts_it_no_longer(karin, api, failed):
    (entry,) = karin.get("/inbox").json["items"]
    karin.post(f"/inbox/{entry['notification_id']}/read")
    karin.post(f"/inbox/{entry['notification_id']}/read")
    api.catch_up()
    inbox = karin.get("/inbox").json
    assert inbox["unread_count"] == 0
    assert [(e["unread"], e["allowed_actions"]) for e in inbox["items"]] == [(False, [])]
    assert texts(karin, "?unread=true") == []


def test_nobody_sees_or_reads_what_others_were_told(karin, bo, failed):
    (entry,) = karin.get("/inbox").json["items"]
    assert bo.get("/inbox").json["items"] == []
    assert bo.post(f"/inbox/{entry['notification_id']}/read", expect=404).slug == "no-such-notification"
    assert bo.post(f"/inbox/{LESSON}/read", expect=404).slug == "no-such-notification"


def test_the_inbox_is_read_page_by_page(karin, others, api, failed):
    for _ in range(4):
        others["experiments"].add(EXPERIMENT_STREAM, prompted(owner=karin.person_id), by=karin.person_id)
    api.catch_up()
    first = karin.get("/inbox?limit=3").json
    rest = karin.get(f"/inbox?limit=3&after={first['next']}").json
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 2, None)
    assert first["unread_count"] == rest["unread_count"] == 5
    assert karin.get("/inbox?after=nonsense", expect=422).slug == "bad-cursor"
    assert karin.get("/inbox?limit=201", expect=422)


def test_following_by_hand_once_and_no_longer(bo, karin, api):
    bo.put("/follows/tag-Hemtj%C3%A4nst")
    bo.put("/follows/tag-hemtj%C3%A4nst")
    bo.put(f"/follows/{IDEA_STREAM}")
    bo.put("/follows/unit-vof")
    bo.delete(f"/follows/{IDEA_STREAM}")
    bo.delete(f"/follows/{IDEA_STREAM}")
    items = bo.get("/follows").json["items"]
    assert [(item["subject"], item["reasons"], item["allowed_actions"]) for item in items] == [
        ("tag-hemtjänst", ["manual"], ["unfollow"]),
        ("unit-vof", ["manual"], ["unfollow"]),
    ]
    assert karin.get("/follows").json["items"] == []
    assert len(api.store.read(0, 0)) == 4


def test_follows_are_read_page_by_page(bo):
    for n in range(5):
        bo.put(f"/follows/tag-{n}")
    first = bo.get("/follows?limit=3").json
    rest = bo.get(f"/follows?limit=3&after={first['next']}").json
    assert [item["subject"] for page in (first, rest) for item in page["items"]] == [f"tag-{n}" for n in range(5)]
    assert rest["next"] is None


@pytest.mark.parametrize("subject", ["lesson-1", "idea-x", "person-anna", "unit-", f"lesson-{LESSON}", "tag-%00"])
def test_what_cannot_be_followed_is_not_there(bo, subject):
    assert bo.put(f"/follows/{subject}", expect=404)
    assert bo.get("/follows").json["items"] == []


def test_what_cannot_be_followed_is_refused_with_what_can(karin):
    refused = karin.put("/follows/bananer", expect=404)
    (error,) = refused.json["errors"]
    assert error["field"] == "subject"
    assert "unit-<id>" in error["message"]
    assert error["message"].startswith("Det går inte att följa; skriv idea-<uuid>")


def test_who_follows_a_unit_hears_of_a_failure_there(bo, others, api):
    bo.put("/follows/unit-vof")
    api.catch_up()
    others["experiments"].add(EXPERIMENT_STREAM, concluded("failed"), by="cilla-90cd")
    api.catch_up()
    assert texts(bo) == ["An experiment: the hypothesis did not hold."]


def test_rebuilding_the_inbox_tells_nobody_again(karin, api, failed):
    before = karin.get("/inbox").json
    events = len(api.store.read(0, 0))
    with api.store.transaction() as transaction:
        start_generation(transaction.connection, INBOX)
    api.catch_up()
    assert karin.get("/inbox").json == before
    assert len(api.store.read(0, 0)) == events
