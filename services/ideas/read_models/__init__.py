"""What people ask of ideas: one module for each question, with its rows, its fold and how it is asked."""

from services.ideas.read_models.idea_board import IDEA_BOARD, IdeaCard, Sort, board_page, board_where
from services.ideas.read_models.tried_before import TRIED_BEFORE, Learned, Tried, similar_to

__all__ = [
    "IDEA_BOARD",
    "TRIED_BEFORE",
    "IdeaCard",
    "Learned",
    "Sort",
    "Tried",
    "board_page",
    "board_where",
    "similar_to",
]
