"""The service notifications: what it consists of, and how it reaches its history and the others'."""

from __future__ import annotations

from pathlib import Path

from chassis.program import Program
from chassis.service import Service
from chassis.store.sqlite import open_store
from chassis.transport.feed import FeedSource
from chassis.web import Routes

SERVICE = Service(name="notifications", deciders=(), read_models=(), reactions=())
ROUTES: tuple[Routes, ...] = ()
PROGRAM = Program(
    service=SERVICE,
    routes=ROUTES,
    problems=Path(__file__).with_name("problems.toml"),
    open_store=open_store,
    open_source=FeedSource,
)
