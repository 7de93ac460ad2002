"""Who is forgotten is forgotten everywhere: over HTTP, in every service, and wherever it is kept."""

from __future__ import annotations

import time
from uuid import uuid4

import httpx
import pytest

from nyfiken.demo.client import Person
from nyfiken.layout import SERVICES
from tests.journeys.remains import query, remains

WITHIN = 30.0
"""Seconds until an erasure has reached the other services."""
SECRETS = {
    "name": "Vendela Planterad",
    "email": "vendela.planterad@example.org",
    "draft title": "En tyst tanke som ingen skall se",
    "draft": "Ett utkast om dagsljus i korridoren",
    "draft's other words": "Ett utkast om fönster i korridoren",
    "comment": "Min mor hade behövt det här",
    "comment's other words": "Min far hade behövt det här",
    "message": "Jag kan ta hand om elinstallationen",
    "discarded": "Ett slängt utkast om månsken",
}


class Forgotten:
    """Vendela, who has left something behind of every kind, and what lies anywhere of it."""

    def __init__(self, platform, client, person):
        self.platform, self.client = platform, client
        self._token = platform.token(f"vendela-{uuid4()}", name=SECRETS["name"])
        self.vendela = Person(client, "Vendela", self._token)
        self.karin, self.admin = person(f"karin-{uuid4()}"), person("asta", "admin")
        self.idea = self._have_idea(self.karin, "Ljusare korridorer")
        self._plant()
        self.vendela.id = self.vendela.get("/me")["person_id"]
        self.wrapped = self._keys()

    def ask(self):
        self.vendela.post("/me/erasure-request")

    def erase(self):
        """Decided by an administrator, and arrived wherever something of hers is sealed."""
        self.admin.post(f"/people/{self.vendela.id}/erase", {"scope": "profile_and_texts", "basis": "Hon bad om det."})
        patience_ends = time.monotonic() + WITHIN
        while any(self._person_keys(service) for service in SERVICES):
            assert time.monotonic() < patience_ends, "the erasure does not reach every service"

    def name(self):
        (found,) = self.karin.get(f"/people?ids={self.vendela.id}")["items"]
        return found["name"]

    def comments(self):
        return [said["text"] for said in self.karin.get(f"/ideas/{self.idea}")["comments"]]

    def events(self):
        """How many events there are in all: forgetting takes none away."""
        return sum(self._query(service, "SELECT count(*) FROM events")[0][0] for service in SERVICES)

    def found(self, planted):
        """Where these bytes lie, which of them."""
        return remains(self.platform, planted)

    def _have_idea(self, somebody, title, **more):
        return somebody.post("/ideas", {"title": title, "what": "Måla om."} | more, expect=201)["idea_id"]

    def _plant(self):
        vendela, idea = self.vendela, self.idea
        vendela.put("/me", {"email": SECRETS["email"], "unit": "vof"})
        draft = self._have_idea(vendela, SECRETS["draft title"], what=SECRETS["draft"], draft=True)
        self._change(f"/ideas/{draft}", {"what": SECRETS["draft's other words"]})
        discarded = self._have_idea(vendela, "Måne", what=SECRETS["discarded"], draft=True)
        vendela.post(f"/ideas/{discarded}/discard")
        said = vendela.post(f"/ideas/{idea}/comments", {"text": SECRETS["comment"]}, expect=201)["comment_id"]
        self._change(f"/ideas/{idea}/comments/{said}", {"text": SECRETS["comment's other words"]})
        vendela.post(f"/ideas/{idea}/joins", {"message": SECRETS["message"]})

    def _change(self, path, body):
        assert self.client.send("PATCH", path, self._token, body, {"If-Match": "*"}).status == 200

    def _keys(self):
        """Her keys as they are kept, and those of her events: what must be gone for her words to be."""
        of_events = "SELECT stream || '@' || version, wrapped FROM event_keys WHERE person = ?"
        return {
            f"{service} {name}": wrapped
            for service in SERVICES
            for text in ("SELECT scope, wrapped FROM person_keys WHERE person = ?", of_events)
            for name, wrapped in self._query(service, text, self.vendela.id)
        }

    def _person_keys(self, service):
        text = "SELECT scope FROM person_keys WHERE person = ? AND wrapped IS NOT NULL"
        return self._query(service, text, self.vendela.id)

    def _query(self, service, text, *values):
        return query(self.platform, service, text, *values)


@pytest.fixture
def forgotten(platform, client, person):
    return Forgotten(platform, client, person)


def test_what_is_personal_is_in_the_clear_nowhere_even_before_anybody_asks(forgotten):
    planted = {what: secret.encode() for what, secret in SECRETS.items()}
    assert forgotten.found(planted) == set()
    assert forgotten.name() == SECRETS["name"]
    assert forgotten.comments() == [SECRETS["comment's other words"]]


def test_at_once_after_asking_the_name_is_hidden_and_the_texts_stay_until_it_is_decided(forgotten):
    forgotten.ask()
    assert forgotten.name() == "Namnet visas inte"
    assert forgotten.comments() == [SECRETS["comment's other words"]]


def test_after_the_decision_not_even_the_keys_are_on_any_page(forgotten):
    assert {what for _, what in forgotten.found(forgotten.wrapped)} == set(forgotten.wrapped), "the search finds them"
    before = forgotten.events()
    forgotten.ask()
    forgotten.erase()
    forgotten.platform.nyfiken("compact")
    assert forgotten.found(forgotten.wrapped) == set()
    assert forgotten.found({what: secret.encode() for what, secret in SECRETS.items()}) == set()
    assert forgotten.name() == "Namnet visas inte"
    assert forgotten.comments() == [None]
    assert forgotten.events() == before + 2


def test_who_is_forgotten_writes_nothing_personal_any_more(forgotten):
    forgotten.erase()
    forgotten.vendela.refused("PUT", "/me", {}, "person-erased")
    forgotten.vendela.refused("POST", f"/ideas/{forgotten.idea}/comments", {"text": "Igen"}, "person-erased")
    assert forgotten.comments() == [None]


def test_nobodys_answer_holds_an_address(forgotten):
    token = forgotten.platform.token("asta", "admin", "service")
    for path in ("/people?ids=" + forgotten.vendela.id, "/events?partition=0&after=0&limit=500"):
        answer = httpx.get(
            f"{forgotten.platform.urls['notifications']}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200
        assert "example.org" not in answer.text
