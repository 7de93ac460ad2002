"""A history is asked in SQL: every kind of event is a view of typed columns, and nothing else is in reach."""

import dataclasses
import json
import shutil
from datetime import UTC, timedelta
from uuid import UUID

import pytest

from contracts.event import events, family_of
from history.database import opened
from history.errors import NotAsked, WrongFolder
from history.folder import Folder
from history.views import ENVELOPE, folded, of_events
from tests.contracts.made_up import KETTLE_BOILED
from tests.history.origins import BEGAN, EVERY, EXAMPLES, Origin, history, pull, pulled

MANY = 400


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pulled(tmp_path_factory.mktemp("asked") / "history", MANY)


@pytest.fixture
def ask(path):
    with opened(path) as database:
        yield lambda question: database.ask(question).fetchall()


def told(path):
    folder = Folder(path)
    return [each for part in folder.manifest().parts for each in folder.told(part) if hasattr(each, "data")]


def test_everything_that_was_told_is_in_events_and_nothing_that_was_withheld(ask, path):
    assert ask("SELECT count(*), count(DISTINCT id) FROM events") == [(len(told(path)), len(told(path)))]


def test_each_kind_of_event_has_a_view_whose_fields_do_not_hide_the_envelope():
    views = {view.name: [column.name for column in view.columns] for view in of_events()}
    assert views.keys() == {family_of(name).replace("-", "_") for name in events()}
    assert all(len(set(columns)) == len(columns) for columns in views.values())


def test_every_column_of_the_contract_is_documented_and_typed(ask):
    for view in (*of_events(), *folded()):
        described = {row[0]: row[1] for row in ask(f"DESCRIBE {view.name}")}
        assert list(described) == [column.name for column in view.columns]
        assert all(column.description for column in view.columns), view.name
    assert {row[0] for row in ask("DESCRIBE experiment_failed")} >= {column.name for column in ENVELOPE}


def test_each_golden_example_is_read_as_its_contract_has_it(ask, path):
    for name in {each.type for each in told(path)}:
        view = family_of(name).replace("-", "_")
        (count,) = ask(f"SELECT count(*) FROM {view}")[0]
        assert count == sum(each.type == name for each in told(path))
        assert ask(f"SELECT * FROM {view} LIMIT 1")
    contract = {name for name, kind in events().items() if kind.__module__.startswith("contracts.")}
    assert {path.name.removesuffix(".json") for path in EXAMPLES} == contract


def test_fields_have_the_types_of_the_contract(ask):
    types = {name: kind for name, kind, *_ in ask("DESCRIBE experiment_failed")}
    assert types["recorded_at"] == types["happened_at"] == "TIMESTAMP"
    assert types["idea_ids"] == "VARCHAR[]"
    assert types["per_criterion"].startswith("STRUCT(")
    assert types["per_criterion"].endswith("[]")
    assert ask("SELECT DISTINCT unit FROM experiment_failed WHERE len(per_criterion) > 0") == [("vof",)]


def test_events_of_a_superseded_version_are_shown_as_the_newest_has_them(tmp_path):
    older = {"idea_id": str(UUID(int=1)), "name": "Te", "author": {"kind": "employee"}, "boiled_on": "2026-02-01"}
    (told,) = history("ideas", 1, partitions=1)[0]
    told = dataclasses.replace(told, type="kettle-boiled.v1", data=json.dumps(older).encode(), _event=None)
    pull(Folder(tmp_path / "history"), Origin("ideas", {0: [told]}))
    with opened(tmp_path / "history") as database:
        assert database.ask("SELECT title, cups FROM kettle_boiled").fetchall() == [("Te", 1)]
        assert database.ask("SELECT type FROM events").fetchall() == [(KETTLE_BOILED.name,)]


def test_what_the_services_fold_is_joined_with_events_by_the_columns_that_both_have(ask):
    ((joined,),) = ask("SELECT count(*) FROM ideas JOIN idea_submitted USING (idea_id)")
    assert joined >= ask("SELECT count(*) FROM idea_submitted")[0][0] > 0


def test_nothing_that_is_personal_has_a_column(ask):
    assert "text" not in {name for name, *_ in ask("DESCRIBE comment_added")}


def test_as_of_a_moment_only_what_was_recorded_by_then_is_there(path):
    moment = BEGAN + EVERY * 10
    last = "SELECT max(recorded_at) FROM events"
    with opened(path, moment + EVERY) as database:
        (latest,) = database.ask(last).fetchone()
    with opened(path, latest.replace(tzinfo=UTC) - timedelta(microseconds=1)) as database:
        assert database.ask(last).fetchone() < (latest,)
    assert latest <= (moment + EVERY).replace(tzinfo=None)


def test_as_of_a_moment_by_when_it_happened_what_was_recorded_later_counts(path):
    with opened(path, BEGAN, by="occurred_at") as database:
        by_then = {each.id for each in told(path) if each.happened_at <= BEGAN}
        assert by_then
        assert {row[0] for row in database.ask("SELECT id FROM events").fetchall()} == by_then


@pytest.mark.parametrize(
    "question",
    [
        "COPY events TO '{folder}/stolen.csv'",
        "COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}' (USE_TMP_FILE false)",
        "EXPORT DATABASE '{folder}/exported'",
        "ATTACH '{folder}/other.db'",
        "CREATE TABLE mine AS SELECT 1",
        "DROP VIEW events",
        "INSERT INTO ideas VALUES (1)",
        "DELETE FROM ideas",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "SELECT 1; DROP VIEW events",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{folder}/pseudonyms.key')",
        "SELECT * FROM read_json('{folder}/manifest.json')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_parquet('{link}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM parquet_metadata('{link}')",
        "",
        ";",
    ],
)
def test_what_would_do_more_than_read_this_history_is_refused_and_changes_nothing(path, tmp_path, question):
    folder = shutil.copytree(path, tmp_path / "history")
    secret, link = tmp_path / "secret.txt", folder / "link.parquet"
    secret.write_text("hemligt")
    link.symlink_to(next(path.rglob("*.parquet")))
    file = next(folder.rglob("0*.parquet"))
    before = {place: place.read_bytes() for place in tmp_path.rglob("*") if place.is_file()}
    with opened(folder) as database, pytest.raises(NotAsked):
        database.ask(question.format(folder=folder, secret=secret, link=link, file=file)).fetchall()
    assert {place: place.read_bytes() for place in tmp_path.rglob("*") if place.is_file()} == before


def test_a_link_in_the_place_of_a_file_is_no_way_to_another(path, tmp_path):
    folder = shutil.copytree(path, tmp_path / "history")
    file = next(folder.rglob("0*.parquet"))
    elsewhere = file.rename(tmp_path / "elsewhere.parquet")
    file.symlink_to(elsewhere)
    with pytest.raises(WrongFolder, match="is not a file of this folder"), opened(folder):
        pass


@pytest.mark.parametrize("way", ["{elsewhere}", "events/../../elsewhere.parquet"])
def test_a_manifest_that_names_a_file_elsewhere_is_no_way_to_it(path, tmp_path, way):
    folder = shutil.copytree(path, tmp_path / "history")
    elsewhere = shutil.copy(next(folder.rglob("0*.parquet")), tmp_path / "elsewhere.parquet")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["parts"][0]["path"] = way.format(elsewhere=elsewhere)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(WrongFolder, match="is not a file of this folder"), opened(folder):
        pass


def test_an_error_in_a_question_is_one_line(ask):
    with pytest.raises(NotAsked, match="coffee") as refused:
        ask("SELECT coffee FROM events")
    assert "\n" not in str(refused.value)


def test_a_folder_with_nothing_in_it_has_every_view(tmp_path):
    folder = Folder(tmp_path / "history")
    pull(folder, Origin("ideas", {0: []}))
    with opened(folder.path) as database:
        assert database.ask("SELECT * FROM experiment_failed").fetchall() == []
        assert database.ask("SELECT * FROM funnel").fetchall() == []
