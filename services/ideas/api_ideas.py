"""Ideas over HTTP: the commands, and the page of one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, get_type_hints

from chassis.command import Caller
from chassis.decider import Attempt, Work
from chassis.errors import NotFound
from chassis.recorded import Recorded
from chassis.store.protocol import Store
from chassis.web import Read, Routes
from chassis.web.runtime import runtime
from contracts.event import Sealed, about, converter, replace, value
from contracts.ideas import IdeaDrafted, IdeaSubmitted
from contracts.values import IdeaId
from services.ideas.challenge import CHALLENGE, Challenge
from services.ideas.idea import IDEA, Idea, Names
from services.ideas.idea_draft import SubmitDraft, discard, submit_draft, written
from services.ideas.idea_page import IdeaPage, onto_idea_page
from services.ideas.idea_people import (
    accept_join,
    ask_to_join,
    comment,
    decline_join,
    edit_comment,
    leave,
    show_name,
    support,
    transfer,
    withdraw_support,
)
from services.ideas.idea_rights import allowed_actions, seen_by
from services.ideas.idea_way import (
    ask_for_more,
    assign_coach,
    decline,
    hand_over,
    hold,
    realise,
    reopen,
    review,
    select,
)
from services.ideas.idea_writing import WORDED, SubmitIdea, SubmitIdeas, build_on, each, revise, submit, withdraw

T = TypeVar("T")

ideas = Routes("ideas", "Ideas: have them, shape them, decide on them")

ONE = "/ideas/<idea_id>"

ideas.decision("PATCH", ONE, IDEA, revise, if_match=True)
ideas.decision("PUT", f"{ONE}/support", IDEA, support)
ideas.decision("DELETE", f"{ONE}/support", IDEA, withdraw_support)
ideas.decision("POST", f"{ONE}/comments", IDEA, comment, status=201)
ideas.decision("PATCH", f"{ONE}/comments/<comment_id>", IDEA, edit_comment)
_DECISIONS: Mapping[str, Callable[[Any, Idea | None], list[object]]] = {
    "discard": discard,
    "withdraw": withdraw,
    "lessons": build_on,
    "joins": ask_to_join,
    "joins/<person_id>/accept": accept_join,
    "joins/<person_id>/decline": decline_join,
    "leave": leave,
    "authorship": transfer,
    "show-name": show_name,
    "review": review,
    "coach": assign_coach,
    "ask": ask_for_more,
    "hand-over": hand_over,
    "hold": hold,
    "select": select,
    "decline": decline,
    "realise": realise,
    "reopen": reopen,
}
for path, decision in _DECISIONS.items():
    ideas.decision("POST", f"{ONE}/{path}", IDEA, decision)


@ideas.command("POST", "/ideas", SubmitIdea, IDEA, status=201)
def submit_idea(command: SubmitIdea) -> Work:
    """Have an idea: for everybody to see, or as a draft. One from the same source again is already so."""

    def work(attempt: Attempt) -> None:
        challenge = _challenge(attempt, command.challenge_id)
        decided = submit(command, attempt.read(IDEA, command.idea_id), challenge)
        attempt.record(IDEA, command.idea_id, decided)

    return work


@ideas.command("POST", "/ideas:batch", SubmitIdeas, CHALLENGE, status=201, versioned=False)
def submit_ideas(command: SubmitIdeas) -> Work:
    """Submit a workshop's ideas, up to 200, all or none; or keep them as drafts of which a group submits some."""

    def work(attempt: Attempt) -> None:
        challenge = _challenge(attempt, command.challenge_id)
        for one in each(command):
            attempt.record(IDEA, one.idea_id, submit(one, attempt.read(IDEA, one.idea_id), challenge))

    return work


@ideas.command("POST", f"{ONE}/submit", SubmitDraft, IDEA)
def submit_the_draft(command: SubmitDraft) -> Work:
    """Let everybody see a draft, as it is or in other words."""

    def work(attempt: Attempt) -> None:
        idea = attempt.read(IDEA, command.idea_id)
        challenge = _challenge(attempt, idea.challenge_id if idea else None)
        draft = _opened(runtime().store, command.idea_id)
        attempt.record(IDEA, command.idea_id, submit_draft(command, idea, challenge, draft))

    return work


def _challenge(attempt: Attempt, challenge_id: str | None) -> Challenge | None:
    """The challenge as it is now: it must be the same when the idea is recorded, or all is decided again."""
    return attempt.read(CHALLENGE, challenge_id) if challenge_id else None


def _opened(store: Store, idea_id: str) -> IdeaDrafted | None:
    """What a draft says, its sealed words opened; None where there is none."""
    draft: IdeaDrafted | None = None
    for recorded in store.read_stream(IDEA.stream(idea_id)):
        draft = written(draft, recorded.event)
    if draft is None:
        return None
    sealed = {name: at for name in WORDED if isinstance(at := getattr(draft, name), Sealed)}
    values, kinds = store.open(sealed.values()), get_type_hints(IdeaSubmitted)
    opened: dict[str, Any] = {
        name: converter.structure(values[at], kinds[name]) if at in values else None for name, at in sealed.items()
    }
    return replace(draft, **opened)


@value
class IdeaAsked:
    """Which idea, as of when."""

    idea_id: IdeaId = about("The idea.")
    as_of: datetime | None = about("Show it as it was known at this moment.", default=None)


@ideas.query(ONE)
def show_idea(asked: IdeaAsked, read: Read) -> IdeaPage:
    """Show an idea with all that was ever said of it; ``as_of`` shows what was known then, under today's rights."""
    idea = seen_by(read.caller, read.state(IDEA, asked.idea_id))
    page = _page(read.events(IDEA, asked.idea_id, asked.as_of))
    if page.state == "draft" and not idea.kept_by(read.caller.person_id):
        raise NotFound("no-such-idea")
    return told(_for_caller(page, idea, read.caller, now=asked.as_of is None), idea.names, read.caller)


def told(answer: T, names: Names, caller: Caller) -> T:
    """An answer about one idea, with a pseudonym for whoever has hidden their name from all but services."""
    if caller.has("service") or not any(names.hides(person) for person in names.hidden):
        return answer
    renamed: T = _renamed(answer, names)
    return renamed


def _renamed(part: Any, names: Names) -> Any:
    if isinstance(part, str):
        return names.told(part)
    if isinstance(part, tuple):
        return tuple(_renamed(inner, names) for inner in part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        changed = {f.name: _renamed(getattr(part, f.name), names) for f in dataclasses.fields(part)}
        return replace(part, **changed)
    return part


def _page(history: list[Recorded]) -> IdeaPage:
    page: IdeaPage | None = None
    for recorded in history:
        page = onto_idea_page(page, recorded)
    if page is None:
        raise NotFound("no-such-idea")
    return page


def _for_caller(page: IdeaPage, idea: Idea, caller: Caller, *, now: bool) -> IdeaPage:
    """What this caller in particular is told; in the past nobody can do anything."""
    return replace(
        page,
        supported=caller.person_id in idea.supporters,
        asking=page.asking if idea.kept_by(caller.person_id) else (),
        allowed_actions=allowed_actions(idea, caller) if now else (),
    )
