"""Having an idea, drafting it, putting it in other words, taking it back."""

from __future__ import annotations

import pytest

from chassis.testing.gwt import given
from contracts.ideas import (
    DraftDiscarded,
    DraftRevised,
    IdeaDrafted,
    IdeaRevised,
    IdeaSubmitted,
    IdeaWithdrawn,
    LessonBuiltUpon,
)
from contracts.values import Author, LessonUse, Source
from services.ideas.challenge import CHALLENGE
from services.ideas.idea import IDEA
from services.ideas.idea_draft import written
from services.ideas.idea_writing import SubmitIdeas, WrittenIdea, each
from tests.services.ideas import giving
from tests.services.ideas.people import (
    AMINA,
    BEGUN,
    BY_KARIN,
    CHALLENGE_ID,
    CHALLENGES,
    IDEA_ID,
    IDEAS,
    IMPORTER,
    KARIN,
    LESSON_ID,
    LEYLA,
    OSKAR,
    OTHER_IDEA_ID,
    OTHER_LESSON_ID,
    SUBMITTED,
    WORKSHOP_ID,
    somebody,
)

NOTHING = given(IDEA)
GROUP = Author(kind="group", label="Grupp Kajen")
USE = LessonUse(lesson_id=LESSON_ID, how="Den säger hur man börjar.")
CHALLENGED = {"challenge_id": CHALLENGE_ID}


def a_challenge(state):
    return CHALLENGE.fold(CHALLENGES[state])


def test_an_idea_is_its_callers_own_and_their_units_unless_they_say_otherwise():
    NOTHING.when(giving.having()).then(
        IdeaSubmitted(
            idea_id=IDEA_ID, title="Promenadmöten", what="Gå.", unit="vof", author=BY_KARIN, recorded_by="karin"
        )
    )


def test_an_idea_needs_a_unit():
    NOTHING.when(giving.having(by=somebody("karin", unit=None))).then_refused("unit-needed", field="unit")


def test_whoever_has_no_role_at_all_has_no_ideas_here():
    NOTHING.when(giving.having(by=somebody("asta", "analyst"))).then_refused("role-needed")


def test_an_idea_that_answers_a_challenge_is_for_the_challenges_unit():
    idea = giving.having(a_challenge("open"), **CHALLENGED, by=somebody("jonas", unit="sof"))
    state = NOTHING.when(idea).and_then().state
    assert (state.unit, state.challenge_id) == ("vof", CHALLENGE_ID)


@pytest.mark.parametrize("state", ["draft", "evaluating", "closed", "cancelled"])
def test_a_challenge_that_takes_no_ideas_takes_no_idea(state):
    refused = NOTHING.when(giving.having(a_challenge(state), **CHALLENGED))
    refused.then_refused("challenge-takes-no-ideas", field="challenge_id")


def test_a_workshops_idea_may_come_while_others_are_gone_through():
    evaluating = a_challenge("evaluating")
    NOTHING.when(giving.having(evaluating, **CHALLENGED, workshop_id=WORKSHOP_ID)).and_then()
    NOTHING.when(giving.having(workshop_id=WORKSHOP_ID)).then_refused("workshop-needs-challenge", field="workshop_id")


def test_the_origin_is_challenge_exactly_when_there_is_one():
    opened = a_challenge("open")
    (submitted,) = NOTHING.when(giving.having(opened, **CHALLENGED)).events
    assert submitted.origin == "challenge"
    NOTHING.when(giving.having(origin="challenge")).then_refused("origin-and-challenge", field="origin")
    wrong = giving.having(opened, **CHALLENGED, origin="opportunity")
    NOTHING.when(wrong).then_refused("origin-and-challenge", field="origin")


def test_a_groups_idea_is_the_groups_and_not_the_facilitators():
    submitted = NOTHING.when(giving.having(by=AMINA, author=GROUP)).and_then()
    assert submitted.state.authors == set()
    assert submitted.state.recorded_by == "amina"
    submitted.when(giving.supporting(by=AMINA)).and_then()
    unnamed = giving.having(author=Author(kind="group"))
    NOTHING.when(unnamed).then_refused("group-needs-label", field="author.label")


@pytest.mark.parametrize(
    ("by", "kind", "allowed"),
    [
        (KARIN, "employee", False),
        (KARIN, "resident", False),
        (AMINA, "employee", False),
        (AMINA, "resident", True),
        (IMPORTER, "employee", True),
    ],
)
def test_nobody_has_an_idea_in_anothers_name_but_for_those_they_speak_for(by, kind, allowed):
    when = NOTHING.when(giving.having(by=by, unit="vof", author=Author(kind=kind, person_id="oskar")))
    if allowed:
        assert when.and_then().state.author.person_id == "oskar"
    else:
        when.then_refused("not-your-name", field="author.person_id")


def test_only_an_import_names_a_source_and_the_same_one_again_is_already_so():
    source = {"source": Source(system="madrid", external_id="17"), "unit": "vof"}
    NOTHING.when(giving.having(**source)).then_refused("role-needed", field="source")
    imported = NOTHING.when(giving.having(by=IMPORTER, **source)).and_then()
    imported.when(giving.having(by=IMPORTER, **source, title="Annan rubrik")).then_nothing()


def test_a_batch_wants_each_of_its_ideas_for_its_workshop():
    written_ideas = (WrittenIdea(title="Måltidsvän", what="Ät ihop.", author=GROUP), WrittenIdea(title="B", what="b"))
    batch = SubmitIdeas(
        idea_ids=(IDEA_ID, OTHER_IDEA_ID),
        by=AMINA,
        challenge_id=CHALLENGE_ID,
        workshop_id=WORKSHOP_ID,
        ideas=written_ideas,
        draft=True,
    )
    first, second = each(batch)
    assert (first.idea_id, first.title, first.author, first.draft) == (IDEA_ID, "Måltidsvän", GROUP, True)
    assert (second.idea_id, second.challenge_id, second.workshop_id) == (OTHER_IDEA_ID, CHALLENGE_ID, WORKSHOP_ID)


# ── Drafts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_keeps_its_words_for_its_authors():
    NOTHING.when(giving.having(draft=True, tags=("möten",), coauthors=("leyla", "karin"))).then(
        IdeaDrafted(
            idea_id=IDEA_ID,
            author=BY_KARIN,
            coauthors=("leyla",),
            recorded_by="karin",
            unit="vof",
            title="Promenadmöten",
            what="Gå.",
            tags=("möten",),
        )
    )


def test_submitting_a_draft_repeats_every_field_openly():
    draft = IdeaDrafted(
        **{name: getattr(BEGUN, name) for name in ("idea_id", "author", "recorded_by", "unit")},
        title="Promenadmöten",
        what="Gå.",
        why="Vi sitter.",
        how="Ute.",
        expected_effect="Friskare.",
        beneficiaries=("alla",),
        tags=("möten",),
        builds_on=(USE,),
        units_concerned=("sof",),
        language="en",
        visibility="public",
    )
    (submitted,) = given(IDEA, draft).when(giving.submitting(draft=draft)).events
    for name in ("title", "what", "why", "how", "expected_effect", "beneficiaries", "tags", "builds_on"):
        assert getattr(submitted, name) == getattr(draft, name), name
    assert (submitted.units_concerned, submitted.language, submitted.visibility) == (("sof",), "en", "public")
    assert (submitted.author, submitted.links, submitted.recorded_by) == (BY_KARIN, (), "karin")


def test_a_draft_is_submitted_as_it_is_or_in_other_words():
    (submitted,) = given(IDEA, BEGUN).when(giving.submitting(what="Gå och prata.", tags=("ute",))).events
    assert (submitted.title, submitted.what, submitted.tags) == ("Promenadmöten", "Gå och prata.", ("ute",))


def test_a_draft_whose_words_are_forgotten_cannot_be_submitted_without_new_ones():
    forgotten = IdeaDrafted(idea_id=IDEA_ID, author=BY_KARIN, recorded_by="karin", unit="vof")
    draft = given(IDEA, forgotten)
    draft.when(giving.submitting(draft=forgotten)).then_refused("needed-to-submit", field="title")
    draft.when(giving.submitting(draft=forgotten, title="Nytt", what="Nytt.")).and_then()


def test_a_hidden_name_stays_hidden_when_a_draft_is_submitted():
    (submitted,) = given(IDEA, BEGUN).when(giving.submitting()).events
    assert submitted.author_visibility == "name_hidden"


@pytest.mark.parametrize("state", ["draft", "evaluating", "closed", "cancelled"])
def test_a_draft_does_not_enter_a_challenge_that_takes_no_ideas(state):
    draft = NOTHING.when(giving.having(a_challenge("open"), **CHALLENGED, draft=True)).and_then()
    draft.when(giving.submitting(a_challenge(state))).then_refused("challenge-takes-no-ideas")
    draft.when(giving.submitting(a_challenge("open"))).and_then()


def test_a_workshops_group_submits_what_it_keeps_while_others_are_gone_through():
    drafted = giving.having(
        a_challenge("open"), **CHALLENGED, workshop_id=WORKSHOP_ID, draft=True, author=GROUP, coauthors=("leyla",)
    )
    draft = NOTHING.when(drafted).and_then()
    draft.when(giving.submitting(a_challenge("evaluating"), by=LEYLA)).and_then()


def test_a_draft_does_not_exist_for_anybody_else():
    for command in (giving.revising, giving.discarding, giving.supporting, giving.commenting, giving.reviewing):
        given(IDEA, BEGUN).when(command(by=somebody("asta", "employee", "coach", "decider"))).then_refused(
            "no-such-idea"
        )
    given(IDEA, BEGUN).when(giving.submitting(by=OSKAR)).then_refused("no-such-idea")


def test_a_draft_is_revised_in_secret_and_says_which_fields_changed():
    revised = giving.revising(what="Gå ute.", cleared=("why",), builds_on=(USE,), reason=None)
    given(IDEA, BEGUN).when(revised).then(
        DraftRevised(
            idea_id=IDEA_ID,
            author=BY_KARIN,
            recorded_by="karin",
            revised_by="karin",
            revised=("what", "why", "builds_on"),
            what="Gå ute.",
            builds_on=(USE,),
        )
    )


def test_what_a_draft_says_is_what_was_last_written():
    (revised,) = given(IDEA, BEGUN).when(giving.revising(what="Gå ute.", units_concerned=("sof",))).events
    draft = written(written(None, BEGUN), revised)
    assert (draft.title, draft.what, draft.units_concerned) == ("Promenadmöten", "Gå ute.", ("sof",))


def test_a_discarded_draft_is_gone_for_everybody():
    gone = given(IDEA, BEGUN).when(giving.discarding()).then(DraftDiscarded(idea_id=IDEA_ID, discarded_by="karin"))
    for command in (
        giving.revising(),
        giving.submitting(),
        giving.discarding(),
        giving.asking(),
        giving.showing_name(),
    ):
        gone.when(command).then_refused("no-such-idea")


def test_only_the_author_discards_a_draft():
    shared = NOTHING.when(giving.having(draft=True, coauthors=("leyla",))).and_then()
    shared.when(giving.discarding(by=LEYLA)).then_refused("for-its-author")
    shared.when(giving.revising(by=LEYLA)).and_then()


# ── Afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_named_stays_as_it_is():
    given(IDEA, SUBMITTED).when(giving.revising(what=None, tags=(), cleared=("how",), reason=None)).then(
        IdeaRevised(idea_id=IDEA_ID, tags=(), cleared=("how",), revised_by="karin")
    )


@pytest.mark.parametrize("state", ["selected", "in_experiment"])
def test_once_it_is_selected_other_words_need_their_reason(state):
    given(IDEA, *IDEAS[state]).when(giving.revising(reason=None)).then_refused("reason-needed", field="reason")


def test_a_revision_changes_something_and_nothing_twice():
    submitted = given(IDEA, SUBMITTED)
    submitted.when(giving.revising(what=None)).then_refused("nothing-revised")
    submitted.when(giving.revising(why="x", cleared=("why",))).then_refused("changed-and-emptied", field="why")
    submitted.when(giving.revising(builds_on=(USE,))).then_refused("lessons-are-added", field="builds_on")


def test_only_its_authors_put_an_idea_in_other_words():
    given(IDEA, SUBMITTED).when(giving.revising(by=OSKAR)).then_refused("for-its-authors")
    given(IDEA, SUBMITTED).when(giving.revising(by=AMINA)).then_refused("for-its-authors")


def test_only_its_author_takes_it_back():
    submitted = given(IDEA, SUBMITTED)
    submitted.when(giving.withdrawing(by=OSKAR)).then_refused("for-its-author")
    submitted.when(giving.withdrawing(reason="Löst.")).then(
        IdeaWithdrawn(idea_id=IDEA_ID, unit="vof", reason="Löst.", withdrawn_by="karin")
    )


def test_whoever_typed_in_a_groups_idea_acts_for_the_group():
    idea = NOTHING.when(giving.having(by=AMINA, author=GROUP)).and_then()
    idea.when(giving.withdrawing(by=AMINA)).and_then()
    idea.when(giving.withdrawing(by=KARIN)).then_refused("for-its-author")


def test_an_idea_builds_on_each_lesson_once():
    built = (
        given(IDEA, SUBMITTED)
        .when(giving.building_on())
        .then(
            LessonBuiltUpon(
                idea_id=IDEA_ID, unit="vof", lesson_id=LESSON_ID, how="Den säger hur man börjar.", said_by="karin"
            )
        )
    )
    built.when(giving.building_on()).then_nothing()
    built.when(giving.building_on(lesson_id=OTHER_LESSON_ID, by=AMINA)).and_then()
    built.when(giving.building_on(lesson_id=OTHER_LESSON_ID, by=OSKAR)).then_refused("for-its-authors")


def test_a_lesson_that_was_named_when_submitting_is_built_upon_already():
    submitted = NOTHING.when(giving.having(builds_on=(USE,))).and_then()
    submitted.when(giving.building_on()).then_nothing()
