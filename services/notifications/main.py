"""The service notifications: what it consists of, and how it reaches its history and the others'."""

from __future__ import annotations

from pathlib import Path

from chassis.adapters import BY_SETTINGS
from chassis.program import Program
from chassis.service import Service
from contracts import units
from contracts.labels import unit_names, words_of
from services.notifications.notification import NOTIFICATION
from services.notifications.person import PERSON
from services.notifications.reactions import FORGET_PEOPLE, REACTIONS
from services.notifications.read_models import READ_MODELS
from services.notifications.subscription import SUBSCRIPTION

SERVICE = Service(
    name="notifications",
    deciders=(PERSON, SUBSCRIPTION, NOTIFICATION),
    read_models=READ_MODELS,
    reactions=REACTIONS,
    erasures=(FORGET_PEOPLE,),
    unknown_units=units.unknown,
    words={**unit_names(), **words_of("role")},
)
PROGRAM = Program(
    service=SERVICE,
    api="services.notifications.api",
    problems=Path(__file__).with_name("problems.toml"),
    adapters=BY_SETTINGS,
)
