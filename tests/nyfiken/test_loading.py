"""``nyfiken history load``: into a new data folder or an empty platform, and into no other; in one line why not."""

import sqlite3

import orjson
import pytest
from click.testing import CliRunner

from benchmarks.city.recording import recorded
from chassis.keys import load_keys
from chassis.processing.leases import Key, Leases
from chassis.store.sqlite import open_store
from chassis.tokens import Tokens
from chassis.transport.cloudevents import as_cloud_event
from history.folder import Folder
from history.pull import Pull
from nyfiken.cli import cli
from nyfiken.layout import SERVICES
from tests.history.origins import Origin, history, pulled, unseen

EVENTS = 200


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A city's made-up years, as they are exported of a platform on files."""
    path = tmp_path_factory.mktemp("exported") / "whole.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(as_cloud_event(each)) for each in recorded(EVENTS, partitions=1)))
    return path


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def load(data):
    """Runs it; gives its exit code, what it said, and of what was wrong."""

    def load(file, *arguments, **more):
        ran = CliRunner().invoke(cli, ["history", "load", str(file), "--data", str(data), *arguments], **more)
        return ran.exit_code, ran.stdout, ran.stderr

    return load


@pytest.fixture
def ideas(data):
    """The store of ideas of an empty platform; of one that was made before, and had nothing to do."""
    store = open_store(data, "ideas", load_keys(data).master)
    yield store
    store.close()


def counted(data):
    found = {}
    for service in SERVICES:
        with sqlite3.connect(data / f"{service}.sqlite") as db:
            (found[service],) = db.execute("SELECT count(*) FROM events").fetchone()
    return found


def test_a_check_says_what_would_be_loaded_and_makes_nothing(load, file, data):
    code, said, wrong = load(file, "--check")
    assert (code, wrong) == (0, "")
    assert [line.partition(":")[0] for line in said.splitlines()] == list(SERVICES)
    assert not data.exists()


def test_a_new_data_folder_gets_it_all_and_the_same_again_changes_nothing(load, file, data):
    code, said, _ = load(file, "--yes")
    assert code == 0
    assert said.splitlines()[-1] == f"{EVENTS} events loaded, and nobody was sent anything"
    assert sum(counted(data).values()) == EVENTS
    assert data.stat().st_mode & 0o777 == 0o700
    assert load(file)[1].splitlines()[-1] == "all of it is there"


def test_who_does_not_say_yes_loads_nothing(load, file, data):
    code, said, _ = load(file, input="n\n")
    assert (code, "Load it?" in said) == (1, True)
    assert not data.exists()


def test_a_line_that_is_wrong_is_told_and_nothing_is_made(load, file, data, tmp_path):
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(file.read_bytes()[:-40])
    code, said, wrong = load(cut, "--yes")
    assert (code, said) == (2, "")
    assert wrong.startswith(f"Error: line {EVENTS}: is not JSON")
    assert len(wrong.splitlines()) == 1
    assert not data.exists()


def test_a_file_without_events_is_refused(load, data, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    code, _, wrong = load(tmp_path / "empty.jsonl", "--yes")
    assert (code, wrong) == (2, f"Error: {tmp_path}/empty.jsonl: has no events\n")
    assert not data.exists()


def test_a_platform_that_was_used_is_refused_though_what_it_has_is_the_beginning_of_the_file(load, file, data, ideas):
    began = [each for each in recorded(EVENTS, partitions=1) if each.service == "ideas"][:3]
    ideas.restore(began)
    code, _, wrong = load(file, "--yes")
    assert code == 2
    assert wrong.startswith("Error: ideas/0:3 was not loaded: the platform must be empty, and is in use")
    assert counted(data)["ideas"] == 3


def test_a_platform_that_runs_is_refused(load, file, ideas):
    assert load(file, "--check")[0] == 0
    Leases(ideas, "worker-1", "process-1").hold([Key("move-ideas", "experiments", 0)])
    code, _, wrong = load(file, "--yes")
    assert code == 1
    assert "worker-1 of ideas lives, or did so ten seconds ago" in wrong


def test_a_whole_history_takes_a_token_of_a_machine(data, tmp_path):
    keys = load_keys(data)
    for token in (Tokens(keys.signing, keys.secret).sign("analys", ["analyst", "admin"]), "coffee"):
        asked = ["history", "pull", "--whole", "--to", str(tmp_path / "whole")]
        ran = CliRunner().invoke(cli, asked, env={"NYFIKEN_TOKEN": token})
        assert ran.exit_code == 2
        assert ran.stderr.startswith("Error: the token has not the role service, which --whole takes: nyfiken token")
        assert len(ran.stderr.splitlines()) == 1


def test_a_file_of_a_whole_history_nobody_else_may_read(tmp_path):
    Pull(Folder(tmp_path / "whole"), [Origin("ideas", history("ideas", 9, withheld=0))], unseen, whole=True).once()
    pulled(tmp_path / "analysts", 9)
    modes = {}
    for kind in ("whole", "analysts"):
        told = ["history", "export", str(tmp_path / kind), "--to", str(tmp_path / f"{kind}.jsonl")]
        assert CliRunner().invoke(cli, told).exit_code == 0
        modes[kind] = (tmp_path / f"{kind}.jsonl").stat().st_mode & 0o077
    assert modes["whole"] == 0
    assert modes["analysts"] & 0o044
