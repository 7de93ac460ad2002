"""What people ask of ideas: one module for each question, with its rows, its fold and how it is asked."""

from services.ideas.read_models.challenge_overview import (
    CHALLENGE_OVERVIEW,
    CHALLENGE_PARTS,
    CameOf,
    ChallengeCard,
    Part,
    Trial,
    Workshop,
    came_of,
    challenges_page,
)
from services.ideas.read_models.idea_board import IDEA_BOARD, IdeaCard, Sort, board_page, board_where
from services.ideas.read_models.idea_story import IDEA_STORY, Happened, story_page
from services.ideas.read_models.tried_before import TRIED_BEFORE, Learned, Tried, similar_to

__all__ = [
    "CHALLENGE_OVERVIEW",
    "CHALLENGE_PARTS",
    "IDEA_BOARD",
    "IDEA_STORY",
    "TRIED_BEFORE",
    "CameOf",
    "ChallengeCard",
    "Happened",
    "IdeaCard",
    "Learned",
    "Part",
    "Sort",
    "Trial",
    "Tried",
    "Workshop",
    "board_page",
    "board_where",
    "came_of",
    "challenges_page",
    "similar_to",
    "story_page",
]
