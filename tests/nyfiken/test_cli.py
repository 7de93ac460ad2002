"""The command line as a whole: every command is there, explains itself, and is loaded only when it is used."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nyfiken.cli import COMMANDS, cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(name):
    shown = CliRunner().invoke(cli, [name, "--help"], prog_name="nyfiken")
    assert shown.exit_code == 0, shown.output
    assert f"nyfiken {name}" in shown.output.split("Usage:", 1)[1].split("\n", 1)[1]


@pytest.mark.parametrize("name", ["list", "show", "retry", "drop"])
def test_every_way_to_look_after_what_is_parked_has_its_examples(name):
    shown = CliRunner().invoke(cli, ["parked", name, "--help"], prog_name="nyfiken")
    assert f"nyfiken parked {name}" in shown.output.split("Usage:", 1)[1].split("\n", 1)[1]


def test_a_route_is_one_whole_line_however_narrow_the_screen():
    shown = CliRunner().invoke(cli, ["routes", "joins"], env={"COLUMNS": "40"})
    (line,) = [line for line in shown.output.splitlines() if "decline" in line]
    assert line.split()[:3] == ["ideas", "POST", "/ideas/{idea_id}/joins/{person_id}/decline"]


def test_every_command_is_in_the_list(tmp_path):
    shown = CliRunner().invoke(cli, ["--help"])
    assert all(f"\n  {name} " in shown.output for name in COMMANDS)


def test_the_list_is_shown_without_loading_what_it_lists():
    loaded = (
        "import sys; from nyfiken.cli import cli; cli(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = ran.stdout.splitlines()[-1]
    assert not [name for name in ("flask", "sqlalchemy", "httpx", "chassis.") if f"'{name}" in modules]


def test_a_command_that_is_not_there_is_refused():
    refused = CliRunner().invoke(cli, ["downn"])
    assert refused.exit_code == 2
    assert "No such command" in refused.output


def test_every_module_of_the_list_has_its_command():
    for place, _ in COMMANDS.values():
        assert find_spec(place.partition(":")[0]), place
    context = click.Context(cli)
    assert all(isinstance(cli.get_command(context, name), click.Command) for name in cli.list_commands(context))


def test_looking_after_a_folder_without_a_history_says_so_and_makes_none(tmp_path):
    answer = CliRunner().invoke(cli, ["status", "--data", str(tmp_path / "nowhere")])
    assert answer.exit_code == 1
    assert "there is no history in" in answer.output
    assert not (tmp_path / "nowhere").exists()
