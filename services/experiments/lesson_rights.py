"""Who may do what with a lesson: whose it is, who coaches its unit, and nobody judges their own."""

from __future__ import annotations

from collections.abc import Callable

from chassis.command import Caller
from chassis.errors import NotAllowed
from contracts.units import lineage
from services.experiments.experiment_rights import COLLEAGUES
from services.experiments.lesson import TABLE, Lesson

ENOUGH_TO_CONFIRM = 2
"""How many experiments must support a lesson before a coach may say that it holds."""
Right = Callable[[Lesson, Caller], bool]


def owns(lesson: Lesson, person: Caller) -> bool:
    """Whether it is theirs: as its author, or because they wrote it down for somebody without an account."""
    return person.person_id == (lesson.author.person_id or lesson.recorded_by)


def coaches(lesson: Lesson, person: Caller) -> bool:
    """Whether they coach the unit that learned it, or one above."""
    return any(person.has("coach", unit) for unit in lineage(lesson.unit))


def works_here(lesson: Lesson, person: Caller) -> bool:
    """Whether this person may use the lesson and say how experiments bear on it."""
    return any(person.has(role) for role in COLLEAGUES)


def tends(lesson: Lesson, person: Caller) -> bool:
    """Whether this person looks after the lesson: it is theirs, or they coach its unit."""
    return owns(lesson, person) or coaches(lesson, person)


def judges(lesson: Lesson, person: Caller) -> bool:
    """Whether this person may say that it holds or does not: a coach, and never about one's own."""
    return coaches(lesson, person) and not owns(lesson, person)


def look_after(lesson: Lesson, by: Caller) -> None:
    """Raise NotAllowed unless the lesson is the caller's or they coach its unit."""
    if not tends(lesson, by):
        raise NotAllowed("not-your-lesson")


def may_judge(lesson: Lesson, by: Caller) -> None:
    """Raise NotAllowed unless the caller may say that the lesson holds or does not."""
    if not coaches(lesson, by):
        raise NotAllowed("role-needed", roles="coach", unit=lesson.unit)
    if owns(lesson, by):
        raise NotAllowed("own-lesson", field="lesson_id")


_MAY: dict[str, Right] = {
    "revise": tends,
    "support": works_here,
    "contradict": works_here,
    "confirm": judges,
    "reject": judges,
    "endorse": works_here,
    "apply": works_here,
    "validate": works_here,
    "review": tends,
    "supersede": tends,
    "withdraw": tends,
    "reinstate": tends,
}


def allowed_actions(lesson: Lesson, person: Caller) -> tuple[str, ...]:
    """What this person may do with the lesson as it is now, by the last part of the route (``revise``: PATCH)."""
    return tuple(action for action, may in _MAY.items() if _in_reach(lesson, person, action) and may(lesson, person))


def _in_reach(lesson: Lesson, person: Caller, action: str) -> bool:
    enough = action != "confirm" or len(lesson.supporting) >= ENOUGH_TO_CONFIRM
    again = action == "endorse" and person.person_id in lesson.endorsed_by
    return TABLE.allows(action, lesson.standing) and enough and not again
