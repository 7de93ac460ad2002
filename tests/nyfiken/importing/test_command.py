from pathlib import Path

import pytest
from click.testing import CliRunner

from nyfiken.importing.command import command
from nyfiken.importing.kinds import KINDS
from nyfiken.importing.mapping import load_map

MAPS = Path(__file__).parents[3] / "nyfiken" / "importing" / "maps"
MAP = """
fields:
  title: Name
  what: Said
  source.system: {text: made-up}
  source.external_id: Id
"""


@pytest.fixture
def run(tmp_path):
    """The command on a table and a map, without a platform."""

    def it(table, mapping=MAP, *options):
        (tmp_path / "table.csv").write_text(table)
        (tmp_path / "map.yaml").write_text(mapping)
        files = [str(tmp_path / "table.csv"), "--map", str(tmp_path / "map.yaml")]
        return CliRunner().invoke(command, ["ideas", *files, *(options or ("--dry-run",))])

    return it


def test_a_dry_run_tells_what_would_come_in_and_what_not(run):
    answer = run("Id,Name,Said\n1,Måltidsvän,Ät ihop\n2,,Ät ihop\n")
    assert answer.stdout == (
        "line 3: title: Missing data for required field.\nideas, if it were sent: 1 in, 0 already there, 1 refused\n"
    )
    assert answer.exit_code == 0


def test_a_file_of_which_nothing_can_come_in_is_a_failure(run):
    assert run("Id,Name,Said\n1,,\n").exit_code == 1


def test_a_wrong_map_is_a_failure_and_names_its_keys(run):
    answer = run("Id,Name,Said\n", MAP.replace("what: Said", "hwat: Said"))
    assert answer.exit_code == 1
    assert "fields.hwat: no such field; there are author.kind" in answer.stderr


def test_a_file_without_the_maps_columns_is_a_failure(run):
    answer = run("Id,Namn,Said\n1,a,b\n")
    assert answer.exit_code == 1
    assert "fields.title: the file has no column 'Name'" in answer.stderr


def test_without_a_platform_it_says_so(run, tmp_path, monkeypatch):
    monkeypatch.setattr("nyfiken.importing.command.PATIENCE", 0.0)
    answer = run("Id,Name,Said\n1,a,b\n", MAP, "--data", str(tmp_path / "data"), "--port", "1")
    assert answer.exit_code == 1
    assert "does not answer: ConnectError" in answer.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [("nasa_lessons", "lessons"), ("viable_cities_projects", "ideas"), ("riksdag_decisions", "ideas")],
)
def test_the_maps_that_come_with_it_name_fields_that_there_are(name, kind):
    assert load_map(MAPS / f"{name}.yaml", KINDS[kind].schema()).recipes
