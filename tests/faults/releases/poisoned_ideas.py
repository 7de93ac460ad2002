"""ideas with two faults: its board cannot take that a review is started, and dies of an idea that is withdrawn."""

import dataclasses
import os

from contracts.ideas import IdeaWithdrawn, ReviewStarted
from services.ideas import main
from services.ideas.read_models import IDEA_BOARD


def onto_idea_board(card, recorded, key):
    match recorded.event:
        case ReviewStarted():
            raise ValueError("a fold that cannot")
        case IdeaWithdrawn():
            os._exit(70)
    return IDEA_BOARD.fold(card, recorded, key)


POISONED = dataclasses.replace(IDEA_BOARD, fold=onto_idea_board)
MODELS = tuple(POISONED if model is IDEA_BOARD else model for model in main.SERVICE.read_models)
PROGRAM = dataclasses.replace(main.PROGRAM, service=dataclasses.replace(main.SERVICE, read_models=MODELS))
