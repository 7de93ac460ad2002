"""The library: what was learned, whether it holds, who used it; nothing that was taken back disappears."""

from datetime import UTC, date, datetime

import pytest

from chassis.testing.read_models import History, ReadModelSuite, folded, kept
from contracts.lessons import (
    LessonApplied,
    LessonCited,
    LessonConfirmed,
    LessonContradicted,
    LessonEndorsed,
    LessonReinstated,
    LessonRejected,
    LessonReviewed,
    LessonSuperseded,
    LessonSupported,
    LessonValidated,
)
from contracts.values import Author
from services.experiments.read_models.lesson_library import LESSON_LIBRARY, Bearing, library_page, library_where
from tests.services.experiments.read_models.told import (
    COMPANY,
    GARDEN,
    LEYLA,
    MEMBER,
    PHONE,
    ROOFS,
    SEEN,
    TABLETS,
    VIDEO,
    about_lesson,
    recorded,
    revised,
    withdrawn,
)

THIRD = "00000000-0000-4000-8000-0000000000b3"


def supported(experiment=PHONE, lesson_id=COMPANY):
    return LessonSupported(
        **about_lesson(lesson_id), leads_to="supported", experiment_id=experiment, note="Samma sak.", said_by=MEMBER
    )


def contradicted(experiment=GARDEN):
    return LessonContradicted(**about_lesson(), leads_to="contested", experiment_id=experiment, said_by=MEMBER)


CONFIRMED = LessonConfirmed(**about_lesson(), leads_to="confirmed", supported_by=(VIDEO, PHONE), confirmed_by=MEMBER)
REJECTED = LessonRejected(**about_lesson(), leads_to="rejected", reason="Höll inte.", rejected_by=MEMBER)
SUPERSEDED = LessonSuperseded(**about_lesson(), leads_to="superseded", by=TABLETS, superseded_by=LEYLA)
REINSTATED = LessonReinstated(**about_lesson(), leads_to="emerging", reason="Jo, det höll.", reinstated_by=LEYLA)
REVIEWED = LessonReviewed(**about_lesson(), review_on=date(2027, 1, 1), reviewed_by=LEYLA)


def cited(lesson_id=COMPANY):
    return LessonCited(**about_lesson(lesson_id), by=ROOFS, how="Vi frågar först.")


def endorsed(lesson_id=COMPANY):
    return LessonEndorsed(**about_lesson(lesson_id), endorsed_by=MEMBER)


def applied(lesson_id=COMPANY):
    return LessonApplied(
        **about_lesson(lesson_id),
        application_id=SEEN,
        where="Centrum",
        what_changed="Rutinen är ny.",
        applied_on=date(2026, 6, 1),
        applied_by=MEMBER,
    )


def validated(lesson_id=COMPANY):
    return LessonValidated(**about_lesson(lesson_id), validation_id=SEEN, proof="Färre återbesök.", validated_by=MEMBER)


def everything():
    history = History("experiments")
    history.add("experiments", f"lesson-{COMPANY}", recorded(tags=("video",)), supported(), contradicted())
    history.add("experiments", f"lesson-{TABLETS}", recorded(TABLETS, "Surfplattan krånglade.", title="Surfplattor"))
    history.add("experiments", f"lesson-{COMPANY}", supported(VIDEO), CONFIRMED, cited(), endorsed(), applied())
    history.add("experiments", f"lesson-{COMPANY}", validated(), REVIEWED, REJECTED, revised(statement="Sällan."))
    history.add("experiments", f"lesson-{COMPANY}", SUPERSEDED, REINSTATED, withdrawn())
    history.add("experiments", f"lesson-{TABLETS}", revised(TABLETS, cleared=("title",), tags=("teknik",)))
    return history


class TestLessonLibrary(ReadModelSuite):
    model = LESSON_LIBRARY
    history = everything()


def card_after(*events):
    history = History("experiments")
    history.add("experiments", f"lesson-{COMPANY}", *events)
    return folded(LESSON_LIBRARY, history.events)[COMPANY]


def test_whether_it_holds_and_how_it_is_used_are_told_apart():
    card = card_after(recorded(), applied(), cited(), endorsed(), validated())
    assert (card.standing, card.use) == ("emerging", ("recorded", "endorsed", "applied", "validated"))
    assert card_after(recorded(), supported(), CONFIRMED).use == ("recorded",)


def test_citations_and_applications_are_counted_and_listed():
    card = card_after(recorded(), cited(), applied(), applied(), endorsed())
    assert card.uses == 3
    assert [(citation.idea_id, citation.how) for citation in card.citations] == [(ROOFS, "Vi frågar först.")]
    assert [use.where for use in card.applications] == ["Centrum", "Centrum"]


def test_who_recommends_or_applies_a_lesson_is_not_told():
    card = card_after(recorded(), endorsed(), applied(), validated(), supported())
    assert card.endorsements == 1
    assert MEMBER not in repr(card)


def test_an_experiment_speaks_for_or_against_it():
    card = card_after(recorded(), supported(), contradicted(PHONE))
    assert (card.supporting, card.contradicting) == ((), (Bearing(experiment_id=PHONE),))
    card = card_after(recorded(), contradicted(PHONE), supported())
    assert (card.supporting, card.contradicting) == ((Bearing(experiment_id=PHONE, note="Samma sak."),), ())


def test_another_statement_begins_without_support():
    card = card_after(recorded(), supported(), CONFIRMED, revised(statement="Sällan."))
    assert (card.statement, card.standing, card.supporting) == ("Sällan.", "emerging", ())
    assert card_after(recorded(), supported(), revised(title="Samvaro", leads_to="supported")).supporting


@pytest.mark.parametrize(
    ("events", "reason", "better"),
    [
        ([REJECTED], "Höll inte.", None),
        ([REJECTED, supported()], None, None),
        ([SUPERSEDED], None, TABLETS),
        ([withdrawn()], "Fel.", None),
        ([withdrawn(), REINSTATED], "Jo, det höll.", None),
        ([SUPERSEDED, REINSTATED], "Jo, det höll.", None),
        ([SUPERSEDED, withdrawn()], "Fel.", TABLETS),
    ],
)
def test_a_lesson_that_no_longer_holds_stays_in_sight_and_says_why(events, reason, better):
    card = card_after(recorded(), *events)
    assert (card.reason, card.superseded_by) == (reason, better)


def test_whom_to_ask_is_named_only_if_they_want_to_be():
    assert card_after(recorded()).contact is None
    leyla = Author(kind="employee", person_id=LEYLA)
    assert card_after(recorded(contact_shown=True)).contact == leyla
    assert card_after(recorded(), revised(contact_shown=True)).contact == leyla


def test_what_is_emptied_is_gone_and_what_is_not_said_stays():
    card = card_after(
        recorded(title="Samvaro", recommendation="Fråga.", tags=("video",)), revised(cleared=("title",), tags=())
    )
    assert (card.title, card.recommendation, card.tags) == (None, "Fråga.", ())


def test_a_lesson_looked_at_again_says_when():
    card = card_after(recorded(review_on=date(2026, 9, 1)), REVIEWED)
    assert card.review_on == date(2027, 1, 1)
    assert card.reviewed_at is not None


def test_an_imported_lesson_has_the_day_it_was_learned():
    history = History("experiments")
    then = datetime(1998, 4, 20, tzinfo=UTC)
    history.add("experiments", f"lesson-{COMPANY}", recorded(), occurred_at=then)
    assert folded(LESSON_LIBRARY, history.events)[COMPANY].recorded_at == then


@pytest.fixture
def library(open_store):
    history = History("experiments")
    for lesson_id, more in (
        (COMPANY, {"tags": ("Video",)}),
        (TABLETS, {"statement": "Surfplattan krånglade.", "unit": "vof"}),
        (THIRD, {"statement": "Valves must be tested before launch.", "language": "en", "unit": "sbf-gator"}),
    ):
        history.add("experiments", f"lesson-{lesson_id}", recorded(lesson_id, **more))
    history.add("experiments", f"lesson-{TABLETS}", applied(TABLETS), cited(TABLETS), supported(VIDEO, TABLETS))
    history.add("experiments", f"lesson-{COMPANY}", cited(), withdrawn())
    with kept(LESSON_LIBRARY, history, open_store) as rows:
        yield rows


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {COMPANY, TABLETS, THIRD}),
        ({"unit": "vof"}, {COMPANY, TABLETS}),
        ({"unit": "vof-hemvard"}, {COMPANY}),
        ({"tag": "video"}, {COMPANY}),
        ({"tag": "vid"}, set()),
        ({"standings": ("withdrawn", "supported")}, {COMPANY, TABLETS}),
        ({"use": "applied"}, {TABLETS}),
        ({"use": "recorded"}, {COMPANY, TABLETS, THIRD}),
        ({"use": "validated"}, set()),
    ],
)
def test_it_shows_what_is_asked_for(library, asked, found):
    page = library_page(library, *library_where(library, **asked))
    assert {card.lesson_id for card in page.rows} == found


@pytest.mark.parametrize(
    ("sort", "order"), [("newest", [THIRD, TABLETS, COMPANY]), ("most_used", [TABLETS, COMPANY, THIRD])]
)
def test_pages_of_every_order_follow_each_other(library, sort, order):
    found, after = [], None
    for _ in order:
        page = library_page(library, sort=sort, after=after, limit=1)
        found += [card.lesson_id for card in page.rows]
        after = page.next
    assert (found, after) == (order, None)


@pytest.mark.parametrize(
    ("text", "found"), [("krånglande surfplattor", TABLETS), ("testing a valve", THIRD), ("ersatt samvaro", COMPANY)]
)
def test_a_lesson_is_found_by_its_words_in_swedish_and_in_english(library, text, found):
    assert library.matching(text, 5)[0].lesson_id == found
    assert library.matching(text, 5, *library_where(library, unit="unheard-of")) == []
