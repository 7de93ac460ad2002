"""How a run ends: what is said, and the exit code."""

import dataclasses
import time

import pytest
from click.testing import CliRunner
from rich.console import Console

from benchmarks.load import picture
from benchmarks.load.__main__ import concluded, main
from benchmarks.load.plans import Came, Phase, read_came, write_came
from benchmarks.load.samples import Goals, Sample
from benchmarks.load.spent import Spent, by_kind

GOOD = Sample("board", is_command=False, due=0.0, took=0.010, verdict="good")
FAILED = dataclasses.replace(GOOD, verdict="error", why="500 unexpected")


@pytest.fixture
def ended(tmp_path, monkeypatch, capsys):
    """The exit code after these samples, and what was printed."""
    monkeypatch.setattr(picture, "draw", lambda *_: None)  # what draws is not part of this environment

    def run(*samples):
        began = time.monotonic()
        with Spent({}) as spent:
            time.sleep(0.01)
        came = Came(began=began, ended=began + 1, calmed=began + 1, samples=samples)
        phase = Phase(seconds=1, warm_up=0, rate=2)
        with pytest.raises(SystemExit) as end:
            concluded(came, phase, spent, Goals(p99=300, rate=2), tmp_path, Console(width=120))
        return end.value.code, capsys.readouterr().out

    return run


def test_a_run_that_reaches_its_goals_ends_with_0(ended):
    assert ended(GOOD, GOOD)[0] == 0


def test_a_run_tells_how_fast_the_machine_itself_was(ended):
    assert "the machine itself: the same work took" in ended(GOOD, GOOD)[1]


def test_a_run_with_an_error_ends_with_1_and_says_which(ended):
    code, said = ended(GOOD, FAILED)
    assert code == 1
    assert "1 × board: 500 unexpected" in said
    assert "1 of 2 requests failed" in said


def test_a_run_that_is_slower_than_it_was_asked_to_be_ends_with_1(ended):
    assert ended(GOOD)[0] == 1


def test_what_came_of_a_run_is_read_as_it_was_written(tmp_path):
    came = [Came(began=1.5, ended=2.5, calmed=3.0, samples=(GOOD, FAILED))]
    write_came(came, tmp_path / "came.json")
    assert read_came(tmp_path / "came.json") == came


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rate", "5", "--users", "5"], "either --rate or --users"),
        (["--host", "http://localhost"], "--host is http://HOST:PORT"),
        (["--at", "ideas=http://ideas"], "--at is given once for each"),
        (["--personas", "pyproject.toml"], "pyproject.toml"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_starts(arguments, said):
    ran = CliRunner().invoke(main, arguments)
    assert ran.exit_code != 0
    assert said in ran.output


def test_processors_are_told_by_kind():
    spent = {"ideas web": 1.0, "experiments web": 2.0, "postgres ideas": 3.0, "postgres": 1.0, "load": 0.5}
    assert by_kind(spent) == {"web": 3.0, "postgres": 4.0, "load": 0.5}
