"""What a report counts: given what happened, how many went which way, how long it took, and what failed again."""

from datetime import date

import pytest

from contracts.experiments import ExperimentInconclusive
from history.database import opened
from history.report.facts import Building
from history.report.flow import Node, flow_of
from history.report.numbers import numbers_of
from history.report.outcomes import Period, outcomes_of
from history.report.provenance import sources_of
from history.report.repeats import repeats_of
from history.report.times import half_of
from history.report.usage import ELSEWHERE, OTHERS, department, usage_of
from tests.history.report.known import experiment, facts, idea, lesson
from tests.history.report.story import Story, after, of_a_year


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return of_a_year().pulled(tmp_path_factory.mktemp("report") / "history")


@pytest.fixture(scope="module")
def numbers(path):
    with opened(path) as database:
        return numbers_of(database)


def test_each_idea_goes_one_way_through_its_latest_test_with_a_conclusion(numbers):
    flow = numbers.flow
    assert (flow.at("submitted", "all"), flow.at("tried", "tried")) == (7, 4)
    assert {name: flow.at("tried", name) for name in ("submitted", "declined")} == {"submitted": 1, "declined": 2}
    assert [flow.at("outcome", name) for name in ("succeeded", "failed", "ongoing")] == [1, 2, 1]
    failed = Node(stage="outcome", name="failed")
    assert (flow.onwards(failed, "learned", "learned"), flow.onwards(failed, "learned", "awaited")) == (1, 1)


def test_what_comes_to_a_node_has_come_by_the_links_to_it_and_no_more_leaves_it(numbers):
    for node, value in numbers.flow.nodes.items():
        came = sum(n for (_, to), n in numbers.flow.links.items() if to == node)
        left = sum(n for (start, _), n in numbers.flow.links.items() if start == node)
        assert came == (0 if node.stage == "submitted" else value)
        assert left <= value


@pytest.mark.parametrize("use", [{"applied": [None]}, {"cited": ["sof"]}])
def test_a_lesson_is_used_when_an_idea_builds_on_it_or_something_changes(use):
    tried = (idea("one"), experiment("first", 1, 2, ideas=["one"], learned=3))
    assert flow_of(facts(*tried, lesson("asked", "first"))).at("used", "unused") == 1
    assert flow_of(facts(*tried, lesson("asked", "first", **use))).at("used", "used") == 1


def test_an_idea_whose_next_test_goes_on_is_counted_with_the_one_that_is_concluded():
    first, then = experiment("first", 1, 2, ideas=["one"]), experiment("then", 3, ideas=["one"])
    assert flow_of(facts(idea("one", "in_experiment"), first, then)).at("outcome", "failed") == 1


def test_every_month_from_the_first_conclusion_to_the_moment_is_there(numbers):
    tests = numbers.outcomes.tests
    assert list(tests) == [Period(year=2026, number=month, months=1) for month in range(2, 8)]
    assert tests[Period(year=2026, number=2, months=1)] == {"failed": 1}
    assert tests[Period(year=2026, number=3, months=1)] == {}
    assert numbers.outcomes.lessons[Period(year=2026, number=5, months=1)] == 1
    assert (numbers.outcomes.total("failed"), numbers.outcomes.total("succeeded")) == (3, 1)


@pytest.mark.parametrize(("days", "months"), [(500, 1), (700, 3), (5000, 12)])
def test_a_long_time_is_told_in_quarters_and_a_very_long_one_in_years(days, months):
    tests = outcomes_of(facts(experiment("first", 0, 1), day=days)).tests
    assert {period.months for period in tests} == {months}
    assert sum(sum(parts.values()) for parts in tests.values()) == 1
    assert len(tests) <= 18


def test_the_time_to_a_conclusion_is_from_the_start_and_what_goes_on_is_told_apart(numbers):
    assert numbers.to_conclusion.row("all").days == (30, 30, 40, 40)
    assert numbers.to_conclusion.row("failed").days == (30, 40, 40)
    assert numbers.to_conclusion.row("ongoing").days == (100,)
    assert numbers.overdue == 1


def test_the_time_to_a_lesson_is_from_the_conclusion_and_who_waits_is_told_apart(numbers):
    assert numbers.to_lesson.row("all").days == (10, 10)
    assert numbers.to_lesson.row("ongoing").days == (0, 90)


def test_a_test_that_was_reopened_goes_on_until_its_next_conclusion(tmp_path):
    story = Story()
    story.experiment(0, "first", "vof")
    story.concluded(10, "first", "vof")
    story.reopened(20, "first", "vof")
    story.lesson(45, "early", "vof", "first")
    story.concluded(50, "first", "vof", kind=ExperimentInconclusive)
    path = story.pulled(tmp_path / "history")
    with opened(path) as database:
        whole = numbers_of(database)
    assert whole.to_conclusion.row("inconclusive").days == (50,)
    assert whole.to_lesson.row("all").days == (0,)
    with opened(path, after(30)) as database:
        assert numbers_of(database, after(30)).to_conclusion.row("ongoing").days == (30,)


@pytest.mark.parametrize(
    ("done", "ongoing", "half"),
    [
        ([1, 2, 3, 4], [], 2),
        ([1, 2], [10, 10], 2),
        ([1], [10, 10], None),
        ([5, 6, 7], [1, 1], 6),
        ([2, 4], [2], 4),
        ([], [3], None),
        ([], [], None),
    ],
)
def test_half_of_all_counts_what_goes_on_as_far_as_it_has_come(done, ongoing, half):
    assert half_of(done, ongoing) == half


def test_of_an_even_number_the_median_is_between_the_two_in_the_middle(numbers):
    assert numbers.to_conclusion.row("all").at(0.5) == 35
    assert numbers.to_conclusion.row("ongoing").at(0.5) == 100


def test_lessons_are_counted_from_the_department_that_learned_to_the_one_that_uses(numbers):
    usage = numbers.usage
    assert dict(usage.uses) == {("vof", "sof"): 1, ("vof", "kuf"): 1, ("vof", ELSEWHERE): 1}
    assert (usage.abroad, usage.at_home, usage.elsewhere) == (2, 0, 1)
    assert (usage.lessons, usage.used, dict(usage.learned)) == (2, 1, {"vof": 1, "sof": 1})
    (one,) = usage.listed
    assert (one.lesson.named.text, one.cited, one.applied) == ("Fråga först.", 1, 2)


def test_units_stand_in_the_order_of_the_organisation_and_never_of_their_numbers(numbers):
    assert numbers.usage.places == ("vof", "sof", "kuf", ELSEWHERE)


@pytest.mark.parametrize(
    ("unit", "of"), [("vof-hemvard", "vof"), ("vof", "vof"), ("slf-it", "slf"), ("staden", "staden"), ("x-y", "x-y")]
)
def test_a_unit_is_counted_with_its_department(unit, of):
    assert department(unit) == of


def test_of_many_units_the_smallest_are_counted_together():
    units = [f"another-{n:02}" for n in range(20)]
    lessons = [lesson(unit, unit=unit, applied=["sof"] * n) for n, unit in enumerate(units)]
    usage = usage_of(facts(*lessons))
    assert usage.places[-1] == OTHERS
    assert len(usage.places) == 12
    assert sum(usage.learned.values()) == 20
    assert sum(usage.uses.values()) == sum(range(20)) == usage.abroad
    assert (len(usage.listed), usage.further) == (10, 9)


def test_a_test_after_one_that_failed_is_another_attempt_whatever_binds_them(numbers):
    repeats = numbers.repeats
    assert (dict(repeats.first), dict(repeats.after)) == (
        {"failed": 2, "ongoing": 1},
        {"succeeded": 1, "failed": 1},
    )
    (again,) = repeats.failed
    assert again.experiment.named.text == "Någon annanstans"
    assert [(each.experiment.named.text, each.way) for each in again.earlier] == [("Videosamtal", "built_upon")]
    assert repeats.by_way() == {"goes_on": 0, "same_idea": 0, "built_upon": 1, "shown": 0}


def test_an_idea_that_does_not_go_on_since_the_same_was_tried_is_counted_as_spared(numbers):
    assert numbers.repeats.spared == 1


FAILED = (idea("one"), experiment("first", 1, 10, ideas=["one"], learned=20), lesson("asked", "first"))


def ways(*things):
    """How repeat failures are bound to what was before them."""
    return [each.way for again in repeats_of(facts(*FAILED, *things)).failed for each in again.earlier]


@pytest.mark.parametrize("shown", ["experiment-first", "lesson-asked"])
def test_whoever_was_shown_a_test_that_failed_or_its_lesson_tries_again(shown):
    assert ways(idea("two", shown=[shown]), experiment("second", 40, 50, ideas=["two"])) == ["shown"]


def test_the_closest_bond_counts():
    assert ways(experiment("second", 40, 50, ideas=["one"], follows="first")) == ["goes_on"]
    assert ways(experiment("second", 40, 50, ideas=["one"])) == ["same_idea"]


def test_what_had_not_failed_yet_when_a_test_started_is_nothing_that_it_repeats():
    assert ways(experiment("second", 9, 50, ideas=["one"])) == []
    assert ways(experiment("second", 10, 50, ideas=["one"])) == ["same_idea"]


@pytest.mark.parametrize(("since", "found"), [(40, ["built_upon"]), (41, [])])
def test_what_is_built_upon_counts_only_if_it_was_before_the_test_started(since, found):
    building = Building(idea_id="two", lesson_id="asked", since=after(since))
    assert ways(idea("two"), building, experiment("second", 40, 50, ideas=["two"])) == found


def test_after_a_test_that_held_there_is_no_failure_to_repeat():
    held = experiment("first", 1, 10, "succeeded", ideas=["one"])
    again = experiment("second", 40, 50, ideas=["one"], follows="first")
    assert repeats_of(facts(idea("one"), held, again)).after == {}


def test_a_test_that_failed_once_repeats_nothing_though_it_is_bound_to_things_that_are_not_there():
    alone = experiment("first", 1, 10, ideas=["one"], follows="before")
    assert repeats_of(facts(idea("one", shown=["lesson-gone", "idea-one"]), alone)).failed == ()


def test_as_of_a_moment_only_what_was_known_then_is_counted(path):
    with opened(path, after(45)) as database:
        then = numbers_of(database, after(45))
    assert then.facts.as_of == after(45)
    assert (then.usage.lessons, then.outcomes.total("failed")) == (0, 1)
    assert then.to_lesson.row("ongoing").days == (5,)
    assert then.facts.today == date(2026, 2, 15)


def test_without_a_moment_it_is_that_of_the_last_event(numbers):
    assert numbers.facts.as_of == after(190)


def test_it_is_told_how_far_each_service_is_counted_and_how_much_is_withheld(path, numbers):
    told = {source.service: (source.positions, source.events, source.withheld) for source in numbers.sources}
    assert told == {"ideas": (11, 10, 1), "experiments": (22, 21, 1)}
    with opened(path, after(39)) as database:
        then = {source.service: (source.positions, source.withheld) for source in sources_of(database)}
    assert then == {"ideas": (8, 0), "experiments": (2, 0)}
