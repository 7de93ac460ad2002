"""Who may see an idea, and do what with it."""

from __future__ import annotations

from collections.abc import Callable

from chassis.command import Caller
from chassis.errors import NotAllowed, NotFound
from services.ideas.idea import TABLE, Idea
from services.ideas.mandate import COLLEAGUES, covers


def known(idea: Idea | None) -> Idea:
    """The idea; NotFound where there is none, or a draft that was discarded."""
    if idea is None or idea.state == "gone":
        raise NotFound("no-such-idea")
    return idea


def seen_by(by: Caller, idea: Idea | None) -> Idea:
    """The idea, for somebody who may see it: a draft is seen by its author and co-authors only."""
    idea = known(idea)
    if idea.state == "draft" and not idea.kept_by(by.person_id):
        raise NotFound("no-such-idea")
    return idea


def kept_by(by: Caller, idea: Idea | None) -> Idea:
    """The idea, for its author and co-authors."""
    idea = seen_by(by, idea)
    if not idea.kept_by(by.person_id):
        raise NotAllowed("for-its-authors")
    return idea


def held_by(by: Caller, idea: Idea | None) -> Idea:
    """The idea, for its author alone."""
    idea = seen_by(by, idea)
    if not idea.held_by(by.person_id):
        raise NotAllowed("for-its-author")
    return idea


def allowed_actions(idea: Idea, by: Caller) -> tuple[str, ...]:
    """What this caller may do with it now."""
    if idea.state == "gone":
        return ()
    return tuple(action for action, row, may in _ACTIONS if TABLE.allows(row, idea.state) and may(idea, by))


May = Callable[[Idea, Caller], bool]


def _colleague(idea: Idea, by: Caller) -> bool:
    return any(by.has(role) for role in COLLEAGUES)


def _outsider(idea: Idea, by: Caller) -> bool:
    return _colleague(idea, by) and by.person_id not in idea.authors


def _may_join(idea: Idea, by: Caller) -> bool:
    return _outsider(idea, by) and by.person_id not in idea.asking


def _coauthor(idea: Idea, by: Caller) -> bool:
    return by.person_id in idea.coauthors


def _hidden(idea: Idea, by: Caller) -> bool:
    return idea.names.hides(by.person_id)


def _keeper(idea: Idea, by: Caller) -> bool:
    return idea.kept_by(by.person_id)


def _holder(idea: Idea, by: Caller) -> bool:
    return idea.held_by(by.person_id)


def _coach(idea: Idea, by: Caller) -> bool:
    return covers(by, "coach", idea.unit)


def _answers_for(idea: Idea, by: Caller) -> bool:
    return covers(by, "decider", idea.unit)


def _decider(idea: Idea, by: Caller) -> bool:
    return _answers_for(idea, by) and by.person_id not in idea.involved


def _may_answer(idea: Idea, by: Caller) -> bool:
    return _keeper(idea, by) and bool(idea.asking)


def _may_reopen(idea: Idea, by: Caller) -> bool:
    return _decider(idea, by) or (idea.state == "withdrawn" and _holder(idea, by))


_ACTIONS: tuple[tuple[str, str, May], ...] = (
    ("submit", "submit", _keeper),
    ("discard", "discard", _holder),
    ("revise", "revise", _keeper),
    ("withdraw", "withdraw", _holder),
    ("support", "support", _outsider),
    ("comments", "comments", _colleague),
    ("lessons", "lessons", lambda idea, by: _keeper(idea, by) or _coach(idea, by)),
    ("joins", "joins", _may_join),
    ("accept", "joins", _may_answer),
    ("decline-join", "joins", _may_answer),
    ("leave", "joins", _coauthor),
    ("authorship", "authorship", lambda idea, by: _holder(idea, by) or _answers_for(idea, by)),
    ("show-name", "authorship", _hidden),
    ("review", "review", _coach),
    ("coach", "coach", _coach),
    ("ask", "coach", _coach),
    ("hand-over", "hand_over", _decider),
    ("hold", "hold", _decider),
    ("select", "select", _decider),
    ("decline", "decline", _decider),
    ("realise", "realise", _decider),
    ("reopen", "reopen", _may_reopen),
)
"""The last part of the path, the row of the table, and who."""
