"""A scenario is asked and replayed beside the history that was; no file has it, and what is wrong with it is named."""

import pytest

from history.beside import answers, rows
from history.database import opened
from history.errors import HistoryError, NotAsked
from history.replay import History, difference
from history.scenario import PARTITION
from history.supposing import read
from tests.history.origins import pulled_city

FAILED = "SELECT unit, count(*) AS failed FROM experiment_failed GROUP BY unit"
WEAK = """
name = "If weak evidence had not counted"
[[leave_out]]
events = "experiment_failed"
where = "evidence_level = 'weak'"
"""
TURNED = """
name = "If what could not be told had failed"
[[change]]
events = "experiment_inconclusive"
becomes = "experiment_failed"
set = { evidence_level = "strong" }
"""
SUPPORTED = """
name = "If one more had wanted it"
[[add]]
event = "idea_supported"
stream = "idea-{0}"
at = 2025-12-01T12:00:00Z
data = {{ idea_id = "{0}", supporter_id = "somebody" }}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return pulled_city(tmp_path_factory.mktemp("supposed") / "history", 4_000)


@pytest.fixture
def suppose(path, tmp_path):
    """The scenario that a text is."""

    def suppose(text, as_of=None):
        place = tmp_path / "scenario.toml"
        place.write_text(text)
        with opened(path, as_of) as database:
            return read(place, database)

    return suppose


def asked(path, question, *scenario):
    with opened(path, None, "recorded_at", *scenario) as database:
        return database.ask(question).fetchall()


def test_what_is_left_out_is_nowhere(path, suppose):
    scenario = suppose(WEAK)
    weak = {id_ for (id_,) in asked(path, "SELECT event_id FROM experiment_failed WHERE evidence_level = 'weak'")}
    assert scenario.left_out == weak != set()
    history = History.open(path).what_if(scenario)
    assert weak.isdisjoint(recorded.id for recorded in history.events())
    assert weak.isdisjoint(history.to_arrow().column("id").to_pylist())
    assert asked(path, "SELECT count(*) FROM experiment_failed WHERE evidence_level = 'weak'", scenario) == [(0,)]
    levels = {row.evidence_level for row in history.read_model("failure_wall").rows.values() if row.shown}
    assert levels == {"moderate", "strong"}


def test_what_is_changed_happens_at_its_time_and_is_seen_by_every_fold(path, suppose):
    was = History.open(path)
    supposed = was.what_if(suppose(TURNED))
    turned = list(was.events(types=["experiment-inconclusive.v1"]))
    new = [recorded for recorded in supposed.events() if recorded.partition == PARTITION]
    assert [(r.stream, r.recorded_at, r.type) for r in new] == [
        (r.stream, r.recorded_at, "experiment-failed.v1") for r in turned
    ]
    walls = difference(was.read_model("failure_wall"), supposed.read_model("failure_wall"))
    assert {key for key, (_, after) in walls.changed.items() if after.shown} == {r.subject for r in turned}
    shown = {(key, column): (before, after) for key, column, before, after in rows(walls)}
    assert shown[turned[0].subject, "evidence_level"][1] == "strong"
    assert {column for _, column in shown}.isdisjoint({"words", "heading"})


def test_what_is_added_is_known_from_its_time_on(path, suppose):
    idea, before = asked(path, "SELECT idea_id, supporters FROM ideas ORDER BY ALL LIMIT 1")[0]
    history = History.open(path).what_if(suppose(SUPPORTED.format(idea)))
    assert history.read_model("idea_board").rows[idea].supporters == before + 1
    assert history.as_of("2025-11-30").read_model("idea_board").rows[idea].supporters <= before
    with opened(path, None, "recorded_at", history.scenario) as database:
        assert database.ask(f"SELECT supporters FROM ideas WHERE idea_id = '{idea}'").fetchone() == (before + 1,)


def test_two_answers_stand_side_by_side(path, suppose):
    with opened(path) as was, opened(path, None, "recorded_at", suppose(WEAK)) as supposed:
        columns, lines = answers(was.ask(FAILED), supposed.ask(FAILED))
        assert columns == ["unit", "failed", "failed if"]
        assert {unit: n for unit, n, _ in lines} == dict(was.ask(FAILED).fetchall())
        assert {unit: n for unit, _, n in lines if n is not None} == dict(supposed.ask(FAILED).fetchall())
        with pytest.raises(NotAsked, match="what each row is of must be told"):
            answers(was.ask("SELECT unit, 1 AS n FROM ideas"), supposed.ask("SELECT unit, 1 AS n FROM ideas"))


def test_another_fold_gives_other_rows(path):
    history = History.open(path)
    counted = history.read_model("idea_board", fold=lambda row, recorded, key: (row or 0) + 1)
    assert sum(counted.rows.values()) == sum(1 for _ in history.events(types=counted.model.types, sources=["ideas"]))


def test_nothing_of_a_scenario_is_written(path, suppose):
    before = {place: place.read_bytes() for place in path.rglob("*") if place.is_file()}
    History.open(path).what_if(suppose(TURNED)).read_model("failure_wall")
    assert {place: place.read_bytes() for place in path.rglob("*") if place.is_file()} == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "is not TOML: Invalid value"),
        ("[[leave_out]]\nevents = 'events'", "name: Missing data for required field."),
        ("name = 'x'\n[[leave_out]]\nevnets = 'events'", "leave_out.0.events: Missing data for required field."),
        ("name = 'x'\n[[leave_out]]\nevents = 'idea_lost'", "leave_out.0.events: idea_lost: there is no such kind"),
        ("name = 'x'\n[[leave_out]]\nevents = 'events'\nwhere = 'unti = 1'", "leave_out.0.where: Binder Error"),
        ("name = 'x'\n[[leave_out]]\nevents = 'events'\nwhere = 'false); DROP VIEW events; --'", "leave_out.0.where:"),
        ("name = 'x'\n[[leave_out]]\nevents = 'events'\nwhere = 'false'", "leave_out.0: no event is meant by it"),
        (WEAK + WEAK.split("\n", 2)[2], "leave_out.1: means an event that leave_out.0 means, too"),
        (
            TURNED.replace("evidence_level", "evidence"),
            "change.0.evidence: is no field of experiment-failed.v1",
        ),
        (TURNED.replace("strong", "very strong"), "change.0: evidence_level: Must be one of: none, weak"),
        (SUPPORTED.format("x"), "add.0.stream: String does not match expected pattern."),
        (SUPPORTED.format("0b8f").replace('"2025', "").replace("2025", "2999"), "add.0.at: is in the future"),
        (SUPPORTED.format("0b8f"), "add.0: idea_id: Not a valid UUID."),
    ],
)
def test_what_is_wrong_with_a_scenario_is_named(suppose, text, reason):
    with pytest.raises(HistoryError, match=r"scenario\.toml: ") as told:
        suppose(text)
    assert reason in str(told.value)
    assert "\n" not in str(told.value)
