"""Who is with an idea: supporting it, talking about it, joining it, carrying it on."""

from __future__ import annotations

from chassis.command import Caller, command, fresh, given
from chassis.errors import Invalid, NotAllowed, Refused
from contracts.event import about, replace
from contracts.ideas import (
    AuthorNamed,
    AuthorshipTransferred,
    CommentAdded,
    CommentEdited,
    IdeaSupported,
    JoinAccepted,
    JoinDeclined,
    JoinRequested,
    ParticipantLeft,
    SupportWithdrawn,
)
from contracts.values import Author, AuthorVisibility, IdeaId, Language, Note, PartId, PersonId, Text
from services.ideas.idea import TABLE, Idea
from services.ideas.idea_rights import kept_by, known, seen_by
from services.ideas.mandate import COLLEAGUES, covers

MOST_COAUTHORS = 50

# ── Commands ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command
class SupportIdea:
    """Want this idea to go on."""

    idea_id: IdeaId = given()
    by: Caller = given()


@command
class WithdrawSupport:
    """Support it no longer."""

    idea_id: IdeaId = given()
    by: Caller = given()


@command
class AddComment:
    """Say something about it."""

    idea_id: IdeaId = given()
    comment_id: PartId = fresh("The comment.")
    by: Caller = given()
    text: Text = about("What is said.")
    in_reply_to: PartId | None = about("The comment that it answers.", default=None)
    language: Language = about("The language it is written in.", default="sv")


@command
class EditComment:
    """Put one's own comment in other words."""

    idea_id: IdeaId = given()
    comment_id: PartId = given()
    by: Caller = given()
    text: Text = about("What is said now.")


@command
class AskToJoin:
    """Want to work on it together with its author."""

    idea_id: IdeaId = given()
    by: Caller = given()
    message: Text | None = about("What to say to the author.", default=None)


@command
class AcceptJoin:
    """Let somebody who asked be a co-author."""

    idea_id: IdeaId = given()
    person_id: PersonId = given("Who asked.")
    by: Caller = given()


@command
class DeclineJoin:
    """Say no to somebody who asked."""

    idea_id: IdeaId = given()
    person_id: PersonId = given("Who asked.")
    by: Caller = given()


@command
class LeaveIdea:
    """Step back as a co-author."""

    idea_id: IdeaId = given()
    by: Caller = given()


@command
class TransferAuthorship:
    """Let somebody else carry it on."""

    idea_id: IdeaId = given()
    by: Caller = given()
    author: Author = about("Whose idea it is from now on.")
    author_visibility: AuthorVisibility = about("Whether colleagues see the new author's name.", default="named")
    reason: Note | None = about("Why.", default=None)


@command
class ShowName:
    """Show one's name, which had been hidden."""

    idea_id: IdeaId = given()
    by: Caller = given()


# ── Decisions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def support(command: SupportIdea, idea: Idea | None) -> list[object]:
    """Want this idea to go on: once per person, and never one's own."""
    idea = _for_colleague(command.by, idea)
    TABLE.lead("support", idea.state)
    if command.by.person_id in idea.authors:
        raise Refused("own-idea", field="idea_id")
    if command.by.person_id in idea.supporters:
        return []
    return [IdeaSupported(idea_id=idea.idea_id, supporter_id=command.by.person_id)]


def withdraw_support(command: WithdrawSupport, idea: Idea | None) -> list[object]:
    """Support it no longer."""
    idea = seen_by(command.by, idea)
    TABLE.lead("support", idea.state)
    if command.by.person_id not in idea.supporters:
        return []
    return [SupportWithdrawn(idea_id=idea.idea_id, supporter_id=command.by.person_id)]


def comment(command: AddComment, idea: Idea | None) -> list[object]:
    """Say something about it."""
    idea = _for_colleague(command.by, idea)
    TABLE.lead("comments", idea.state)
    if command.in_reply_to is not None and command.in_reply_to not in idea.comments:
        raise Invalid("no-such-comment", field="in_reply_to")
    return [
        CommentAdded(
            idea_id=idea.idea_id,
            comment_id=command.comment_id,
            commenter_id=command.by.person_id,
            in_reply_to=command.in_reply_to,
            replied_to=idea.comments[command.in_reply_to] if command.in_reply_to else None,
            language=command.language,
            text=command.text,
        )
    ]


def edit_comment(command: EditComment, idea: Idea | None) -> list[object]:
    """Put one's own comment in other words."""
    idea = seen_by(command.by, idea)
    TABLE.lead("comments", idea.state)
    if command.comment_id not in idea.comments:
        raise Invalid("no-such-comment", field="comment_id")
    if idea.comments[command.comment_id] != command.by.person_id:
        raise NotAllowed("not-your-comment")
    return [
        CommentEdited(
            idea_id=idea.idea_id,
            comment_id=command.comment_id,
            commenter_id=command.by.person_id,
            text=command.text,
        )
    ]


def ask_to_join(command: AskToJoin, idea: Idea | None) -> list[object]:
    """Want to work on it together. To a draft, too: whoever knows of one was told by its author."""
    idea = known(idea)
    command.by.needs(*COLLEAGUES)
    TABLE.lead("joins", idea.state)
    if command.by.person_id in idea.authors | idea.asking:
        return []
    return [JoinRequested(idea_id=idea.idea_id, person_id=command.by.person_id, message=command.message)]


def accept_join(command: AcceptJoin, idea: Idea | None) -> list[object]:
    """Let somebody who asked be a co-author; if they supported the idea, they do no longer: it is their own."""
    idea = kept_by(command.by, idea)
    TABLE.lead("joins", idea.state)
    person_id = idea.names.meant(command.person_id)
    if person_id in idea.authors:
        return []
    _check_asked(idea, person_id)
    if len(idea.coauthors) >= MOST_COAUTHORS:
        raise Refused("too-many-coauthors", most=MOST_COAUTHORS)
    accepted = JoinAccepted(idea_id=idea.idea_id, person_id=person_id, accepted_by=command.by.person_id)
    return [accepted, *_support_ends(idea, person_id)]


def decline_join(command: DeclineJoin, idea: Idea | None) -> list[object]:
    """Say no to somebody who asked; they may ask again."""
    idea = kept_by(command.by, idea)
    TABLE.lead("joins", idea.state)
    person_id = idea.names.meant(command.person_id)
    _check_asked(idea, person_id)
    return [JoinDeclined(idea_id=idea.idea_id, person_id=person_id, declined_by=command.by.person_id)]


def leave(command: LeaveIdea, idea: Idea | None) -> list[object]:
    """Step back as a co-author; an author hands the authorship over instead."""
    idea = seen_by(command.by, idea)
    TABLE.lead("joins", idea.state)
    if command.by.person_id == idea.author.person_id:
        raise Refused("author-cannot-leave")
    if command.by.person_id not in idea.coauthors:
        return []
    return [ParticipantLeft(idea_id=idea.idea_id, person_id=command.by.person_id)]


def transfer(command: TransferAuthorship, idea: Idea | None) -> list[object]:
    """Let somebody else carry it on: by its author, or by the unit's decider, so that nothing stops."""
    idea = seen_by(command.by, idea)
    TABLE.lead("authorship", idea.state)
    if not idea.held_by(command.by.person_id) and not covers(command.by, "decider", idea.unit):
        raise NotAllowed("for-its-author")
    author = _taking_over(command.author, idea)
    if author == idea.author:
        return []
    transferred = AuthorshipTransferred(
        idea_id=idea.idea_id,
        previous=idea.author,
        author=author,
        author_visibility=command.author_visibility,
        reason=command.reason,
        transferred_by=command.by.person_id,
    )
    return [transferred, *_support_ends(idea, author.person_id)]


def show_name(command: ShowName, idea: Idea | None) -> list[object]:
    """Show one's name: the own step of whoever has hidden it."""
    idea = known(idea)
    TABLE.lead("authorship", idea.state)
    person_id = command.by.person_id
    if idea.names.hides(person_id):
        return [AuthorNamed(idea_id=idea.idea_id, person_id=person_id)]
    if not seen_by(command.by, idea).held_by(person_id):
        raise NotAllowed("for-its-author")
    return []


def _for_colleague(by: Caller, idea: Idea | None) -> Idea:
    by.needs(*COLLEAGUES)
    return seen_by(by, idea)


def _taking_over(author: Author, idea: Idea) -> Author:
    """Who carries it on: somebody, or a group by its name."""
    if author.kind == "group" and author.label is None:
        raise Invalid("group-needs-label", field="author.label")
    if author.person_id is not None:
        return replace(author, person_id=idea.names.meant(author.person_id))
    if author.kind != "group":
        raise Invalid("author-needs-person", field="author.person_id")
    return author


def _check_asked(idea: Idea, person_id: str) -> None:
    if person_id not in idea.asking:
        raise Refused("has-not-asked")


def _support_ends(idea: Idea, person_id: str | None) -> list[object]:
    if person_id is None or person_id not in idea.supporters:
        return []
    return [SupportWithdrawn(idea_id=idea.idea_id, supporter_id=person_id)]
