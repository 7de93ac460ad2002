"""The file of personas, and what it makes of a crowd."""

import pytest
import yaml

from benchmarks.load.actions import ACTIONS
from benchmarks.load.personas import FILE, WrongPersonas, divided, load_personas
from tests.benchmarks.load.crowd import personas

ONE = {"share": 1, "roles": ["employee"], "think": [1, 2], "does": {"board": 1}}


@pytest.fixture
def file(tmp_path):
    def written(**persona):
        path = tmp_path / "personas.yaml"
        path.write_text(yaml.safe_dump({"somebody": ONE | persona}))
        return path

    return written


def test_the_file_is_valid_and_names_every_action():
    assert {action for persona in personas() for action in persona.does} == set(ACTIONS)


def test_an_action_that_nobody_knows_is_refused_by_name(file):
    with pytest.raises(WrongPersonas, match=r"somebody.*there is no action fly; there are answer|board"):
        load_personas(file(does={"fly": 1}), ACTIONS)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"share": 0}, "share should be more than 0"),
        ({"does": {"board": -1}}, "board should be more than 0"),
        ({"think": [3, 2]}, "think should be two numbers"),
        ({"think": [3]}, "think should be two numbers"),
        ({"speed": 3}, "it should have does, roles, share, think, and nothing else"),
    ],
)
def test_what_makes_no_sense_is_refused_and_told(file, wrong, said):
    with pytest.raises(WrongPersonas, match=said):
        load_personas(file(**wrong), ACTIONS)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(WrongPersonas, match="a mapping"):
        load_personas(tmp_path / "empty.yaml", ACTIONS)


def test_a_crowd_has_everybody_by_their_shares():
    everybody = [persona.name for persona in divided(personas(), 200)]
    shares = {name: told["share"] for name, told in yaml.safe_load(FILE.read_text()).items()}
    assert {name: everybody.count(name) for name in shares} == {name: 2 * share for name, share in shares.items()}


def test_a_small_crowd_has_at_least_one_of_each():
    assert {persona.name for persona in divided(personas(), 3)} == {persona.name for persona in personas()}


def test_roles_over_others_are_of_the_own_unit():
    (manager,) = (persona for persona in personas() if persona.name == "manager")
    assert manager.roles_in("kuf") == ["employee", "decider@kuf"]


def test_who_thinks_half_as_long_comes_twice_as_often():
    one, other = (next(p for p in personas() if p.name == name) for name in ("employee", "manager"))
    assert one.pace / other.pace == pytest.approx(6 / 4)


def test_of_who_does_less_there_is_less():
    (analyst,) = (persona for persona in personas() if persona.name == "analyst")
    less = analyst.only(["board", "look-back", "submit"])
    assert (dict(less.does), less.pace) == ({"board": 15, "look-back": 20}, pytest.approx(analyst.pace * 0.35))
    assert analyst.only(["submit"]) is None
    assert analyst.only([]) == analyst
