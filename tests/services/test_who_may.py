"""Roles × routes × whose it is: the tables of tests/services/<service>/who_may.py hold, and no route is forgotten."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from nyfiken.layout import SERVICES
from tests.services.who_may import MAY, World

OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/{name}"}
"""What anybody may ask; everything else needs a token."""
TABLES = {service: import_module(f"tests.services.{service}.who_may").WHO_MAY for service in SERVICES}
CELLS = [(service, route) for service, table in TABLES.items() for route in table.rows()]

ACTION = re.compile(r"(?:POST|PUT|PATCH) (/(?:ideas|challenges|experiments|lessons)/{\w+})(?:/([\w-]+))?")
NOT_TOLD = {
    "POST /ideas/{idea_id}/joins": "an author who asks to join is answered that it is so already",
    "POST /ideas/{idea_id}/leave": "who leaves without having joined is answered that it is so already",
    "POST /experiments/{experiment_id}/conclude": "a decider may, but only as abandoned",
}
"""Where a page does not say what the table says, and why."""


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    made = {service: World(table.program, tmp_path_factory.mktemp(service)) for service, table in TABLES.items()}
    yield made
    for world in made.values():
        world.api.store.close()


def routes_of(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods):
            yield method, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


@pytest.mark.parametrize(("service", "route"), CELLS, ids=[f"{service}: {route}" for service, route in CELLS])
def test_who_may(worlds, service, route):
    assert dict(TABLES[service].found(worlds[service], route)) == dict(TABLES[service].rows()[route])


@pytest.mark.parametrize(("service", "route"), [(s, r) for s, r in CELLS if ACTION.fullmatch(r) and r not in NOT_TOLD])
def test_a_page_tells_everybody_what_they_may(worlds, service, route):
    table, world = TABLES[service], worlds[service]
    page, action = ACTION.fullmatch(route).groups()
    parameters, _ = table.situation(world, route)
    for column, mark in table.rows()[route].items():
        shown = world.somebody(table.people[column]).ask("GET", page.format(**parameters))
        told = shown.status == 200 and (action or "revise") in shown.json["allowed_actions"]
        assert told == (mark == MAY), f"{column}: {shown.json}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_its_row_and_every_row_its_route(worlds, service):
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    routes = {f"{m} {path}" for m, path in routes_of(worlds[service].api.app) if m in methods and path not in OPEN}
    assert set(TABLES[service].rows()) == routes


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_but_the_open_ones_needs_a_token(worlds, service):
    client = worlds[service].api.app.test_client()
    for method, path in routes_of(worlds[service].api.app):
        answer = client.open(re.sub(r"[{}]", "", path), method=method)
        assert (answer.status_code == 401) == (path not in OPEN), f"{method} {path}: {answer.status_code}"
