"""What becomes of an idea: who wants it, what is said of it, whether it is tried, and who hears of all that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from benchmarks.city import words
from benchmarks.city.people import City
from benchmarks.city.step import Life, Step
from benchmarks.city.trying import tried
from chassis.recorded import Recorded
from contracts.ideas import (
    CommentAdded,
    IdeaDeclined,
    IdeaPutOnHold,
    IdeaRevised,
    IdeaSelected,
    IdeaSubmitted,
    IdeaSupported,
    LessonBuiltUpon,
    Mandate,
    ReviewStarted,
)
from contracts.lessons import LessonCited
from contracts.notifications import Cause, Followed, FollowReason, NotificationRaised, NotificationRead
from contracts.values import Author

_WAYS = ("selected", "declined", "on hold", "left")
_HOW_OFTEN = (40, 30, 10, 20)


def idea(city: City) -> Life:
    """From being submitted to what came of it."""
    idea_id, unit, author = city.id(), city.unit(), city.person()
    stream = f"idea-{idea_id}"
    submitted = yield Step(0, stream, _submitted(city, idea_id, unit, author), author)
    city.ideas.append(idea_id)
    yield from _follows(author, stream, "author", submitted)
    yield from _talked_about(city, idea_id, author)
    if city.lessons and city.happens(0.15):
        yield from _built_upon_a_lesson(city, idea_id, unit, author)
    coach = city.person()
    yield Step(
        city.chance.expovariate(1 / 20), stream, ReviewStarted(idea_id=idea_id, unit=unit, reviewed_by=coach), coach
    )
    (way,) = city.chance.choices(_WAYS, _HOW_OFTEN)
    if way == "left":
        return
    decider = city.person()
    mandate = Mandate(decided_by=decider, decided_as="decider", for_unit=unit)
    decided = yield Step(city.chance.expovariate(1 / 30), stream, _decided(city, way, idea_id, unit, mandate), decider)
    yield from _hears(city, author, stream, decided)
    if way == "selected" and city.happens(0.75):
        yield from tried(city, idea_id, unit, author)


def _submitted(city: City, idea_id: str, unit: str, author: str) -> IdeaSubmitted:
    chance = city.chance
    return IdeaSubmitted(
        idea_id=idea_id,
        title=words.title(chance),
        what=words.text(chance, 1 + city.how_many(2) % 12),
        why=words.text(chance, 2) if city.happens(0.6) else None,
        expected_effect=words.sentence(chance) if city.happens(0.4) else None,
        unit=unit,
        tags=tuple(dict.fromkeys(city.one_of(words.TAGS) for _ in range(chance.randrange(4)))),
        author=Author(kind="employee", person_id=author),
        recorded_by=author,
    )


def _talked_about(city: City, idea_id: str, author: str) -> Life:
    """A few are supported by hundreds, most by some."""
    stream, supporters = f"idea-{idea_id}", min(400, city.how_many(3))
    kinds = ["support"] * supporters + ["comment"] * min(60, city.how_many(1)) + ["revise"] * city.happens(0.3)
    city.chance.shuffle(kinds)
    people = chain.from_iterable(iter(lambda: dict.fromkeys(city.chance.sample(city.people, 400)), None))
    for kind, person in zip(kinds, people, strict=False):
        days = city.chance.expovariate(1 / 4)
        if kind == "support" and person != author:
            said = yield Step(days, stream, IdeaSupported(idea_id=idea_id, supporter_id=person), person)
            yield from _follows(person, stream, "support", said)
        elif kind == "comment":
            comment = CommentAdded(idea_id=idea_id, comment_id=city.id(), commenter_id=person)
            said = yield Step(days, stream, comment, person)
            yield from _hears(city, author, stream, said)
        elif kind == "revise":
            text = words.text(city.chance, 3)
            yield Step(days, stream, IdeaRevised(idea_id=idea_id, what=text, revised_by=author), author)


def _built_upon_a_lesson(city: City, idea_id: str, unit: str, author: str) -> Life:
    lesson_id, of_unit = city.one_of(city.lessons)
    how = words.sentence(city.chance)
    built = LessonBuiltUpon(idea_id=idea_id, unit=unit, lesson_id=lesson_id, how=how, said_by=author)
    said = yield Step(city.chance.expovariate(1 / 3), f"idea-{idea_id}", built, author)
    cited = LessonCited(lesson_id=lesson_id, unit=of_unit, by=idea_id, how=how)
    yield Step(0, f"lesson-{lesson_id}", cited, "cite-lessons", said)


def _decided(city: City, way: str, idea_id: str, unit: str, mandate: Mandate) -> object:
    reason = words.sentence(city.chance)
    if way == "selected":
        return IdeaSelected(idea_id=idea_id, unit=unit, reason=reason, mandate=mandate)
    if way == "declined":
        code = city.chance.choice(("already_done", "not_feasible", "out_of_scope", "already_started", "other"))
        return IdeaDeclined(idea_id=idea_id, unit=unit, reason_code=code, reason=reason, mandate=mandate)
    return IdeaPutOnHold(idea_id=idea_id, unit=unit, review_on=city.day(90), obstacle=reason, mandate=mandate)


def _follows(person: str, subject: str, reason: FollowReason, because: Recorded) -> Iterator[Step]:
    followed = Followed(person_id=person, subject=subject, reason=reason, counts_from=because.recorded_at)
    yield Step(0, f"subscription-{person}", followed, "follow-by-themselves", because)


def _hears(city: City, person: str, subject: str, because: Recorded) -> Life:
    """Their author is told, and most of them look at it."""
    notification_id = city.id()
    cause = Cause(
        event_id=because.id,
        event_type=because.type,
        service=because.service,
        partition=because.partition,
        position=because.position,
        happened_at=because.recorded_at,
    )
    raised = NotificationRaised(
        notification_id=notification_id, recipient=person, rule="author", subject=subject, cause=cause
    )
    stream = f"notification-{notification_id}"
    yield Step(0, stream, raised, "tell-those-concerned", because)
    if city.happens(0.6):
        yield Step(
            city.chance.random(), stream, NotificationRead(notification_id=notification_id, recipient=person), person
        )
