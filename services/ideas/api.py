"""Where ideas is found over HTTP: all of its routes."""

from __future__ import annotations

from chassis.web import Routes
from services.ideas.api_board import board
from services.ideas.api_challenges import challenges
from services.ideas.api_ideas import ideas
from services.ideas.api_labels import words
from services.ideas.api_story import story

ROUTES: tuple[Routes, ...] = (challenges, ideas, board, story, words)
