"""A platform moves house: all that it knows is loaded into an empty one, which goes on from there and tells nobody."""

import re
import shutil
import signal
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.processing.registry import rows
from contracts.event import converter
from nyfiken.demo.client import Person
from nyfiken.layout import SERVICES
from tests.faults.afresh import RAISED
from tests.faults.check import Platform as Services
from tests.faults.lasting import longer
from tests.journeys.remains import query
from tests.journeys.told import Analyst, tell_the_story
from tests.platform import RunningPlatform

SEALED = re.compile(r'{"sealed":"[^"]*"}')
KNOWN = ("partition", "position", "id", "stream", "version", "type", "data", "recorded_at", "occurred_at")
TOMBSTONES = "SELECT person, scope FROM person_keys WHERE wrapped IS NULL"


class People:
    """Karin, whose idea it is, Sven, who supports it, and Vendela, who has said something and is forgotten."""

    def __init__(self):
        self._subs = {name: f"{name}-{uuid4()}" for name in ("karin", "sven", "vendela")}
        self.idea = ""

    @contextmanager
    def on(self, platform):
        """They, as they use a platform, and through what."""
        with closing(platform.client()) as client:
            yield [Person(client, name, self.token(platform, name)) for name in self._subs], client

    def token(self, platform, name):
        return platform.token(self._subs[name], name=name.title())

    def leave_something(self, platform, admin):
        """Of every kind that a move must bring along."""
        with self.on(platform) as ((karin, sven, vendela), _):
            for each in (karin, sven, vendela):
                each.put("/me", {"email": "somebody@example.org", "unit": "vof"})
            self.idea = karin.post("/ideas", {"title": "Flyttlådor", "what": "Samla dem."}, expect=201)["idea_id"]
            karin.post("/ideas", {"title": "Utkast", "what": "Mer.", "draft": True}, expect=201)
            vendela.post(f"/ideas/{self.idea}/comments", {"text": "Min mor har några."}, expect=201)
            sven.put(f"/ideas/{self.idea}/support")
            whom = vendela.get("/me")["person_id"]
        admin.post(f"/people/{whom}/erase", {"scope": "profile_and_texts", "basis": "Hon bad om det."})

    def go_on(self, platform):
        """Who is forgotten is, who is not goes on; and one has not seen what happened meanwhile."""
        path, token = f"/ideas/{self.idea}", self.token(platform, "karin")
        with self.on(platform) as ((karin, sven, vendela), client):
            assert [said["text"] for said in karin.get(path)["comments"]] == [None]
            vendela.refused("POST", f"{path}/comments", {"text": "Igen"}, "person-erased")
            sven.post(f"{path}/comments", {"text": "Jag har tre."}, expect=201)
            for seen, status in (('"1"', 412), ("*", 200)):
                assert client.send("PATCH", path, token, {"title": "Lådor"}, {"If-Match": seen}).status == status


@pytest.fixture
def people(platform, person):
    if not person("karin").get("/failures")["items"]:  # nobody has told it there before
        tell_the_story(platform)
    people = People()
    people.leave_something(platform, person("asta", "admin"))
    return people


@pytest.fixture
def whole(platform, people, tmp_path):
    """The file of all that the platform knows, when everything that follows of it has happened."""
    with closing(Services.of(platform)) as inside:
        inside.catches_up()
    kafka, prefix = platform.servers.kafka, platform.servers.topic_prefix
    from_kafka = ["--from-kafka", kafka, "--topic-prefix", prefix] if kafka else []
    analyst, folder, file = Analyst(platform), tmp_path / "whole", tmp_path / "whole.jsonl"
    for told in (("pull", "--whole", "--to", folder, *from_kafka), ("export", folder, "--to", file)):
        code, said = analyst(*told, role="service")
        assert code == 0, said
    return str(file)


@pytest.fixture
def empty(platform, tmp_path):
    """Another platform, with the keys of the first, that has never been started."""
    shutil.copytree(platform.data / "keys", tmp_path / "empty" / "keys")
    made = RunningPlatform(tmp_path / "empty", postgres=platform.servers.postgres, kafka=platform.servers.kafka)
    if made.servers.postgres:
        made.nyfiken("migrate")
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture
def moved(platform, whole, empty, tmp_path, monkeypatch):
    """It was killed in between, and gone on with; then it is started."""
    if platform.servers.kafka:
        prefix = platform.servers.topic_prefix
        code, said = empty.tries("history", "load", whole, "--check", "--topic-prefix", prefix)
        assert (code, "is not empty: nyfiken topics renew ideas" in said.splitlines()[-1]) == (2, True), said
    noted = tmp_path / "noted"
    noted.write_text("transaction-before-commit transaction-after-commit ")  # that it may pass
    with monkeypatch.context() as dying:
        dying.setenv("NYFIKEN_FAILPOINTS", f"{noted}:1000000")
        code, _ = empty.tries("history", "load", whole, "--yes")
    assert (code, noted.read_text().split()[-1]) == (-signal.SIGKILL, "events-loaded")
    empty.nyfiken("history", "load", whole, "--yes")
    return empty.start()


@pytest.mark.parametrize("platform", ["embedded", pytest.param("servers", marks=longer)], indirect=True)
def test_a_platform_moves_house_though_that_is_killed_in_between_and_nobody_is_told(platform, people, moved):
    with closing(Services.of(platform)) as before, closing(Services.of(moved)) as after:
        after.catches_up()
        for service in SERVICES:
            assert known(after, service) == known(before, service)
            assert set(query(moved, service, TOMBSTONES)) == set(query(platform, service, TOMBSTONES))
        everything_derived_is_the_same(before, after)
        people.go_on(moved)
        after.catches_up()
        new = raised(after)[len(raised(before)) :]
        assert {each.event.subject for each in new} == {f"idea-{people.idea}"}
        assert len({each.event.recipient for each in new}) == len(new) > 0
        after.nothing_is_parked()
        after.topics_hold_what_the_stores_hold()


def known(services, service):
    """What everybody may know of its events; which trace one is of, is in no file."""
    return [
        (*(getattr(each, name) for name in KNOWN), each.metadata.by, each.metadata.causation_id)
        for each in services.history(service)
    ]


def raised(services):
    return [each for each in services.history("notifications") if each.type == RAISED]


def everything_derived_is_the_same(before, after):
    still = after.still()
    for name, service in after.services.items():
        for model in service.read_models:
            still.equals_a_fresh_fold(name, model)
            assert derived(after.stores[name], model) == derived(before.stores[name], model), model.name


def derived(store, model):
    """The rows, but for personal text."""
    with store.reading() as db:
        found = rows(db, model)
        return {
            getattr(row, model.key_column): SEALED.sub("null", converter.dumps(row).decode())
            for row in found.all(sa.select(found.table))
        }
