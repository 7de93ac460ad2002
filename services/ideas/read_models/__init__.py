"""What people ask of ideas: one module for each question, with its rows, its fold and how it is asked."""

from services.ideas.read_models.idea_board import IDEA_BOARD, IdeaCard, Sort, board_page, board_where

__all__ = ["IDEA_BOARD", "IdeaCard", "Sort", "board_page", "board_where"]
