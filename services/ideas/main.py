"""The service ideas: what it consists of, and how it reaches its history and the others'."""

from __future__ import annotations

from pathlib import Path

from chassis.adapters import BY_SETTINGS
from chassis.program import Program
from chassis.service import Service
from contracts import units
from contracts.labels import unit_names, words_of
from services.ideas.api_feed import Disclosure
from services.ideas.challenge import CHALLENGE
from services.ideas.idea import IDEA
from services.ideas.reactions import ERASURES, REACTIONS
from services.ideas.read_models import CHALLENGE_OVERVIEW, CHALLENGE_PARTS, IDEA_BOARD, IDEA_STORY, TRIED_BEFORE

SERVICE = Service(
    name="ideas",
    deciders=(CHALLENGE, IDEA),
    read_models=(IDEA_BOARD, IDEA_STORY, TRIED_BEFORE, CHALLENGE_OVERVIEW, CHALLENGE_PARTS),
    reactions=REACTIONS,
    erasures=ERASURES,
    disclose=Disclosure(),
    unknown_units=units.unknown,
    words={**unit_names(), **words_of("idea", "challenge", "decline_code", "role", "fields_pages")},
)
PROGRAM = Program(
    service=SERVICE,
    api="services.ideas.api",
    problems=Path(__file__).with_name("problems.toml"),
    adapters=BY_SETTINGS,
)
