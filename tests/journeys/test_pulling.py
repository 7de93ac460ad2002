"""An analyst pulls the history of a platform that people use: all of it is there, and nothing says who they were."""

import json
import shutil
import signal
from contextlib import closing
from uuid import uuid4

import pyarrow as pa
import pytest
import sqlalchemy as sa

from chassis.processing.registry import rows
from history.folder import Folder
from history.models import MODELS
from history.replay import History
from nyfiken.demo.client import Person
from nyfiken.layout import SERVICES
from tests.chassis.meanwhile import until
from tests.faults.check import Platform as Services
from tests.history.leaks import leaks
from tests.journeys.remains import query
from tests.journeys.told import Analyst, nameless, tell_the_story

PATIENCE = 60.0
SECRETS = {
    "name": "Vidar Nedskriven",
    "email": "vidar.nedskriven@example.org",
    "draft": "Ett utkast om tystnad i matsalen",
    "comment": "Min farbror hade velat ha det så",
}


@pytest.fixture
def vidar(platform, client):
    """Somebody who has left something of every kind behind; one idea with his name, one without."""
    vidar = Person(client, "Vidar", platform.token(f"vidar-{uuid4()}", name=SECRETS["name"]))
    vidar.put("/me", {"email": SECRETS["email"], "unit": "vof"})
    named = vidar.post("/ideas", {"title": "Tystare matsal", "what": "Mattor."}, expect=201)["idea_id"]
    hidden = {"title": "Mörkare matsal", "what": "Gardiner.", "author_visibility": "name_hidden"}
    vidar.hidden = vidar.post("/ideas", hidden, expect=201)["idea_id"]
    vidar.post(f"/ideas/{named}/comments", {"text": SECRETS["comment"]}, expect=201)
    vidar.post("/ideas", {"title": "Utkast", "what": SECRETS["draft"], "draft": True}, expect=201)
    vidar.named, vidar.id = named, vidar.get("/me")["person_id"]
    return vidar


@pytest.fixture
def analyst(platform):
    return Analyst(platform)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "pulled")


def authors(folder, idea):
    """Whoever submitted it, as the folder calls them."""
    return {
        told.metadata.by
        for part in folder.manifest().parts
        for told in folder.told(part)
        if getattr(told, "stream", "") == f"idea-{idea}" and told.type.startswith("idea-submitted")
    }


def test_everything_is_pulled_and_proved_and_no_file_says_who_it_was(platform, vidar, analyst, folder):
    assert analyst("pull", "--to", folder.path)[0] == 0
    code, said = analyst("verify", folder.path)
    assert (code, "without a gap" in said) == (0, True)
    rows = {
        service: sum(part.rows for part in folder.manifest().parts if part.service == service) for service in SERVICES
    }
    assert rows == {service: query(platform, service, "SELECT count(*) FROM events")[0][0] for service in SERVICES}
    planted = SECRETS | {"person": vidar.id}
    assert leaks(folder, planted) == set()
    assert authors(folder, vidar.named).isdisjoint(authors(folder, vidar.hidden))


def test_who_follows_gets_what_is_recorded_from_then_on_until_asked_to_end(platform, vidar, analyst, folder):
    following = analyst.start("pull", "--follow", "--to", folder.path)
    try:
        until(lambda: folder.exists() and authors(folder, vidar.named), PATIENCE)
        said = vidar.post("/ideas", {"title": "Svalare matsal", "what": "Fönster."}, expect=201)["idea_id"]
        until(lambda: authors(folder, said), PATIENCE)
    finally:
        following.send_signal(signal.SIGTERM)
        told = following.communicate()[0]
    assert following.returncode == 0
    assert told.splitlines()[-1] == "ended; the same command goes on"
    code, said = analyst("verify", folder.path)
    assert code == 0, said


@pytest.mark.parametrize("platform", ["servers"], indirect=True)
def test_a_pull_from_kafka_gives_what_the_feeds_give(platform, vidar, story, analyst, folder, tmp_path):
    with closing(Services.of(platform)) as inside:
        inside.catches_up()
    assert analyst("pull", "--to", folder.path)[0] == 0
    other = Folder(tmp_path / "from-kafka")
    other.path.mkdir()
    shutil.copy(folder.path / "pseudonyms.key", other.path)  # so that people are called the same
    servers = platform.servers
    from_kafka = ["--from-kafka", servers.kafka, "--topic-prefix", servers.topic_prefix]
    code, said = analyst("pull", "--to", other.path, *from_kafka)
    assert code == 0, said
    assert analyst("verify", other.path)[0] == 0
    assert everything(other) == everything(folder)
    assert leaks(other, SECRETS | {"person": vidar.id}) == set()


def everything(folder):
    """All that is in its files, in order."""
    told = [each for part in folder.manifest().parts for each in folder.told(part)]
    return sorted(
        (each.service, each.partition, each.position, getattr(each, "id", ""), getattr(each, "data", b""))
        for each in told
    )


def test_what_is_planted_in_a_file_is_found(vidar, analyst, folder):
    analyst("pull", "--to", folder.path)
    part = folder.manifest().parts[0]
    table = folder.table(part)
    at = table.schema.get_field_index("data")
    told = [*table.column("data").to_pylist()[:-1], f'{{"text":"{SECRETS["comment"]}"}}']
    planted = table.set_column(at, table.schema.field(at), [pa.array(told, pa.string())])
    folder.write(999999, part.service, part.month, planted, part.ranges)
    assert {what for _, what in leaks(folder, SECRETS)} == {"comment"}


@pytest.fixture
def story(platform, person):
    if not person("karin").get("/failures")["items"]:  # nobody has told it there before
        tell_the_story(platform)


def test_read_models_are_folded_from_the_files_as_their_services_have_them(platform, story, analyst, folder):
    theirs = {}
    with closing(Services.of(platform)) as inside:
        inside.catches_up()
        analyst("pull", "--to", folder.path)
        for name, service in inside.services.items():
            with inside.stores[name].reading() as connection:
                for model in {model.name for model in service.read_models} & MODELS.keys():
                    has = rows(connection, MODELS[model])
                    found = has.all(sa.select(has.table))
                    theirs[model] = {getattr(row, MODELS[model].key_column): nameless(row) for row in found}
    history = History.open(folder.path)
    assert theirs.keys() == MODELS.keys()
    for name, kept in theirs.items():
        assert kept, name
        replayed = {key: nameless(row) for key, row in history.read_model(name).rows.items()}
        of_drafts = {key for key, row in kept.items() if key not in replayed and row.get("authors_only")}
        assert replayed == {key: row for key, row in kept.items() if key not in of_drafts}, name


def test_a_history_is_asked_in_sql_also_about_what_the_services_fold(story, analyst, folder):
    analyst("pull", "--to", folder.path)
    code, said = analyst("sql", folder.path, "SELECT count(*) AS n FROM failures", "--format", "csv")
    assert code == 0
    assert int(said.splitlines()[1]) >= 1
    code, said = analyst("sql", folder.path, "FROM funnel", "--format", "json")
    assert code == 0
    assert all(line["tried"] >= line["concluded"] >= line["failed"] for line in map(json.loads, said.splitlines()))
    code, said = analyst("sql", folder.path, "DROP VIEW events")
    assert (code, said) == (2, "Error: one SELECT at a time: a history is only read\n")


def test_who_is_no_analyst_is_told_so_in_one_line_and_pulls_nothing(analyst, folder):
    code, said = analyst("pull", "--to", folder.path, role="employee")
    assert code == 2
    assert said.startswith("Error: ideas at http://127.0.0.1:")
    assert said.endswith("answered 403: a valid token with the role analyst is needed\n")
    assert folder.manifest().events == 0
