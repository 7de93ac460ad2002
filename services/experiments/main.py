"""The service experiments: what it consists of, and how it reaches its history and the others'."""

from __future__ import annotations

from pathlib import Path

from chassis.adapters import BY_SETTINGS
from chassis.program import Program
from chassis.service import Service
from contracts import units
from contracts.labels import unit_names, words_of
from services.experiments import reactions, reactions_lessons
from services.experiments.api_feed import Disclosure
from services.experiments.experiment import EXPERIMENT
from services.experiments.lesson import LESSON
from services.experiments.read_models import EXPERIMENT_BOARD, FAILURE_WALL, LESSON_LIBRARY

WORDED = ("experiment", "lesson_standing", "outcome", "evidence_level", "check", "role", "fields_pages")
"""What the codes in its refusals are about."""

SERVICE = Service(
    name="experiments",
    deciders=(EXPERIMENT, LESSON),
    read_models=(EXPERIMENT_BOARD, FAILURE_WALL, LESSON_LIBRARY),
    reactions=(*reactions.REACTIONS, *reactions_lessons.REACTIONS),
    disclose=Disclosure(),
    unknown_units=units.unknown,
    words={**unit_names(), **words_of(*WORDED)},
)
PROGRAM = Program(
    service=SERVICE,
    api="services.experiments.api",
    problems=Path(__file__).with_name("problems.toml"),
    adapters=BY_SETTINGS,
)
