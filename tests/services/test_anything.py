"""Whatever is sent to a service about what is there: it answers as its document says, and never with a 500."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from chassis.testing.anything import answers_as_described
from chassis.testing.web import TOKENS
from nyfiken.layout import SERVICES
from tests.services.who_may import World

WHOM = {"ideas": "bengt", "experiments": "karin", "notifications": "karin"}
EVERYBODY = ("employee", "coach", "decider", "analyst", "admin")


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_is_sent_is_answered_as_described(service, tmp_path):
    table = import_module(f"tests.services.{service}.who_may").WHO_MAY
    world = World(table.program, tmp_path)

    def things(route):
        """What the route is about, in a state in which somebody may."""
        if route in table.rows():
            parameters, _ = table.situation(world, route)
            return {name: parameters[name] for name in re.findall(r"{(\w+)}", route)}
        return None

    token = TOKENS.sign(WHOM[service], EVERYBODY, unit="vof")
    answers_as_described(world.api, {"Authorization": f"Bearer {token}"}, examples=6, things=things)
    world.api.store.close()
