"""ideas, whose board has a new version: it counts the comments by where they were written."""

from __future__ import annotations

import dataclasses

from chassis.processing.read_model import row
from contracts.ideas import CommentAdded
from services.ideas import read_models

TODAY = read_models.IDEA_BOARD


@row
class IdeaCard(read_models.IdeaCard):
    """An idea as it hangs on the board."""

    comments_of_unknown: int = 0
    comments_of_web: int = 0


def onto_idea_board(card, recorded, key):
    card = TODAY.fold(card, recorded, key)
    if card is None:
        return None
    if not isinstance(card, IdeaCard):
        card = IdeaCard(**{f.name: getattr(card, f.name) for f in dataclasses.fields(card)})
    match recorded.event:
        case CommentAdded(via="unknown"):
            return dataclasses.replace(card, comments_of_unknown=card.comments_of_unknown + 1)
        case CommentAdded(via="web"):
            return dataclasses.replace(card, comments_of_web=card.comments_of_web + 1)
    return card


read_models.IDEA_BOARD = dataclasses.replace(TODAY, version=TODAY.version + 1, row=IdeaCard, fold=onto_idea_board)
