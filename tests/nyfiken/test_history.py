"""``nyfiken history``: one clear line and exit code 2 for whatever is wrong, answers in the form that was asked for."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from chassis.transport.cloudevents import from_batch
from history.folder import Folder
from nyfiken.cli import cli
from tests.history.origins import pulled

COUNTED = "SELECT service, count(*) AS told FROM events GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pulled(tmp_path_factory.mktemp("asked") / "history", 50)


@pytest.fixture
def run(monkeypatch):
    """Runs a command; gives its exit code, what it said, and of what was wrong."""
    monkeypatch.delenv("NYFIKEN_TOKEN", raising=False)

    def run(*arguments, **more):
        ran = CliRunner().invoke(cli, ["history", *map(str, arguments)], **more)
        return ran.exit_code, ran.stdout, ran.stderr

    return run


def test_a_folder_that_is_whole_is_told_with_its_numbers(run, path):
    assert run("verify", path) == (0, f"{path}: 200 positions without a gap, 40 of them withheld\n", "")


def test_a_folder_that_is_none(run, tmp_path):
    code, said, wrong = run("verify", tmp_path)
    assert (code, said) == (2, "")
    assert wrong == f"Error: {tmp_path}: no history was pulled into it (nyfiken history pull --to …)\n"


@pytest.mark.parametrize(
    ("form", "first"),
    [("csv", "service,told"), ("json", '{"service":"experiments","told":80}'), ("table", "┏")],
)
def test_an_answer_in_the_form_that_was_asked_for(run, path, form, first):
    code, said, wrong = run("sql", path, COUNTED, "--format", form)
    assert (code, wrong) == (0, "")
    assert said.startswith(first)


def test_an_answer_into_a_new_file(run, path, tmp_path):
    for form in ("csv", "json", "parquet"):
        assert run("sql", path, COUNTED, "--format", form, "--output", tmp_path / form)[0] == 0
    assert (tmp_path / "csv").read_text() == "service,told\nexperiments,80\nideas,80\n"
    assert json.loads((tmp_path / "json").read_text().splitlines()[1]) == {"service": "ideas", "told": 80}
    assert pq.read_table(tmp_path / "parquet").to_pylist()[0] == {"service": "experiments", "told": 80}


def test_a_file_that_is_there_is_not_written_over(run, path, tmp_path):
    there = tmp_path / "there"
    there.write_text("mine")
    for form in ("csv", "json", "parquet"):
        code, _, wrong = run("sql", path, COUNTED, "--format", form, "--output", there)
        assert (code, wrong) == (2, f"Error: {there}: is there already\n")
    assert there.read_text() == "mine"


def test_parquet_is_not_for_a_screen(run, path):
    code, _, wrong = run("sql", path, COUNTED, "--format", "parquet")
    assert code == 2
    assert "--format parquet needs --output" in wrong


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["SELECT coffee FROM events"], "coffee"),
        (["SELEC 1"], "Parser Error"),
        (["DROP VIEW events"], "one SELECT at a time"),
        (["SELECT 1", "--as-of", "2999-01-01"], "2999-01-01: is in the future"),
        (["SELECT 1", "--as-of", "coffee"], "coffee: is no day"),
    ],
)
def test_what_cannot_be_asked_is_one_line(run, path, asked, said):
    code, told, wrong = run("sql", path, *asked)
    assert (code, told) == (2, "")
    assert wrong.startswith("Error: ")
    assert said in wrong
    assert len(wrong.splitlines()) == 1


def test_a_shell_goes_on_after_a_mistake_until_there_is_nothing_more(run, path):
    code, said, wrong = run("sql", path, input="SELECT coffee;\nSELECT count(*)\nFROM events;\n")
    assert code == 0
    assert "160" in said
    assert "coffee" in wrong


def test_a_history_is_exported_as_cloud_events_each_partition_in_its_order(run, path, tmp_path):
    exported = tmp_path / "events.jsonl"
    assert run("export", path, "--to", exported) == (0, f"{exported}: written\n", "")
    told = from_batch(b"[" + b",".join(exported.read_bytes().splitlines()) + b"]")
    folder = Folder(path)
    there = [each for part in folder.manifest().parts for each in folder.told(part)]
    assert {place(each) for each in told} == {place(each) for each in there}
    for service, partition in {place(each)[:2] for each in told}:
        assert [n for *where, n, _ in map(place, told) if where == [service, partition]] == list(range(1, 51))
    assert run("export", path, "--to", exported) == (2, "", f"Error: {exported}: is there already\n")


def test_a_report_is_written_into_a_new_file_and_not_over_another(run, path, tmp_path):
    page = tmp_path / "report.html"
    assert run("report", path, "--to", page) == (0, f"{page}: written\n", "")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run("report", path, "--to", page) == (2, "", f"Error: {page}: is there already\n")


@pytest.mark.parametrize(
    ("folder", "file", "more", "said"),
    [
        (".", "report.html", ["--as-of", "2999-01-01"], "2999-01-01: is in the future"),
        (".", "report.html", ["--as-of", "coffee"], "coffee: is no day"),
        (".", "nowhere/report.html", [], "nowhere is no folder"),
        ("events", "report.html", [], "no history was pulled into it"),
    ],
)
def test_a_report_that_cannot_be_written_is_one_line_and_no_file(run, path, tmp_path, folder, file, more, said):
    code, told, wrong = run("report", path / folder, "--to", tmp_path / file, *more)
    assert (code, told) == (2, "")
    assert wrong.startswith("Error: ")
    assert said in wrong
    assert len(wrong.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_cut_short_leaves_no_file(run, path, tmp_path):
    folder = shutil.copytree(path, tmp_path / "history")
    place = sorted(folder.rglob("0*.parquet"))[-1]
    place.write_bytes(place.read_bytes()[:-9])
    code, said, wrong = run("export", folder, "--to", tmp_path / "events.jsonl")
    assert (code, said) == (2, "")
    assert wrong.startswith(f"Error: {place}: ")
    assert [each.name for each in tmp_path.iterdir()] == ["history"]


def place(told):
    return told.service, told.partition, told.position, getattr(told, "id", None)


def test_a_pull_without_a_token_says_how_to_get_one(run, tmp_path):
    code, _, wrong = run("pull", "--to", tmp_path / "history")
    assert code == 2
    assert "a token is needed" in wrong


def test_a_pull_from_where_nobody_answers_is_one_line(run, tmp_path):
    places = [f"--at={service}=http://127.0.0.1:9" for service in ("ideas", "experiments", "notifications")]
    code, _, wrong = run("pull", "--to", tmp_path / "history", *places, env={"NYFIKEN_TOKEN": "x"})
    assert code == 2
    assert wrong.startswith("Error: ideas at http://127.0.0.1:9: ConnectError")
    assert len(wrong.splitlines()) == 1
