"""Every command to the idea of people.py, given by whoever may, with what it needs at least."""

from __future__ import annotations

from functools import partial

from contracts.ideas import IdeaDrafted
from contracts.values import Author
from services.ideas.idea_draft import DiscardDraft, SubmitDraft, discard, submit_draft
from services.ideas.idea_people import (
    AcceptJoin,
    AddComment,
    AskToJoin,
    DeclineJoin,
    EditComment,
    LeaveIdea,
    ShowName,
    SupportIdea,
    TransferAuthorship,
    WithdrawSupport,
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
from services.ideas.idea_tried import (
    ConcludeTest,
    DecideTest,
    PutToTest,
    ReopenTest,
    conclude_test,
    decide_test,
    put_to_test,
    reopen_test,
)
from services.ideas.idea_way import (
    AskForMore,
    AssignCoach,
    DeclineIdea,
    HandOverIdea,
    HoldIdea,
    RealiseIdea,
    ReopenIdea,
    ReviewIdea,
    SelectIdea,
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
from services.ideas.idea_writing import (
    BuildOnLesson,
    ReviseIdea,
    SubmitIdea,
    WithdrawIdea,
    build_on,
    revise,
    submit,
    withdraw,
)
from tests.services.ideas.people import (
    AMINA,
    BEGUN,
    BENGT,
    COMMENT_ID,
    EXPERIMENT_ID,
    IDEA_ID,
    KARIN,
    LESSON_ID,
    LEYLA,
    NOW,
    OSKAR,
    OTHER_IDEA_ID,
    TODAY,
)


def _giving(decide, kind, **usual):
    """Gives the command as it is usually given, or with other fields: ``selecting(by=KARIN)``."""

    def give(**other):
        return partial(decide, kind(**{"idea_id": IDEA_ID, **usual, **other}))

    return give


def having(challenge=None, **fields):
    """Submit an idea, or a draft, of one's own."""
    usual = {"idea_id": IDEA_ID, "by": KARIN, "title": "Promenadmöten", "what": "Gå."}
    return lambda idea: submit(SubmitIdea(**{**usual, **fields}), idea, challenge)


def submitting(challenge=None, draft: IdeaDrafted | None = BEGUN, **fields):
    """Submit the draft."""
    return lambda idea: submit_draft(SubmitDraft(**{"idea_id": IDEA_ID, "by": KARIN, **fields}), idea, challenge, draft)


revising = _giving(revise, ReviseIdea, by=KARIN, what="Gå ute.", reason="Tydligare.")
discarding = _giving(discard, DiscardDraft, by=KARIN)
withdrawing = _giving(withdraw, WithdrawIdea, by=KARIN)
building_on = _giving(build_on, BuildOnLesson, by=KARIN, lesson_id=LESSON_ID, how="Den säger hur man börjar.")

supporting = _giving(support, SupportIdea, by=OSKAR)
no_longer_supporting = _giving(withdraw_support, WithdrawSupport, by=OSKAR)
commenting = _giving(comment, AddComment, by=OSKAR, comment_id=OTHER_IDEA_ID, text="Jag är med.")
editing = _giving(edit_comment, EditComment, by=OSKAR, comment_id=COMMENT_ID, text="Mycket bra.")
asking = _giving(ask_to_join, AskToJoin, by=OSKAR, message="Får jag vara med?")
accepting = _giving(accept_join, AcceptJoin, by=KARIN, person_id="leyla")
saying_no = _giving(decline_join, DeclineJoin, by=KARIN, person_id="leyla")
leaving = _giving(leave, LeaveIdea, by=LEYLA)
transferring = _giving(
    transfer, TransferAuthorship, by=KARIN, author=Author(kind="employee", person_id="oskar"), reason="Byter jobb."
)
showing_name = _giving(show_name, ShowName, by=KARIN)

reviewing = _giving(review, ReviewIdea, by=AMINA)
assigning = _giving(assign_coach, AssignCoach, by=AMINA)
questioning = _giving(ask_for_more, AskForMore, by=AMINA, question="Hur många gånger?")
handing_over = _giving(hand_over, HandOverIdea, by=BENGT, to_unit="sof", reason="Den är deras.")
holding = _giving(hold, HoldIdea, by=BENGT, at=NOW, review_on=TODAY, obstacle="Semester.")
selecting = _giving(select, SelectIdea, by=BENGT, reason="Går att pröva.")
declining = _giving(decline, DeclineIdea, by=BENGT, reason_code="out_of_scope", reason="Inte vårt.")
realising = _giving(realise, RealiseIdea, by=BENGT, what_changed="Mötena hålls gående.")
reopening = _giving(reopen, ReopenIdea, by=BENGT, reason="Det är annorlunda nu.")

starting_test = _giving(put_to_test, PutToTest, experiment_id=EXPERIMENT_ID)
concluding_test = _giving(conclude_test, ConcludeTest, experiment_id=EXPERIMENT_ID, outcome="failed")
deciding_test = _giving(decide_test, DecideTest, experiment_id=EXPERIMENT_ID, decision="pivot", reason="Byt spår.")
reopening_test = _giving(reopen_test, ReopenTest, experiment_id=EXPERIMENT_ID)
