"""What is committed under contracts/openapi is what the services' routes say today, and it is OpenAPI."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from schemathesis.openapi import from_dict

from contracts.generate.files import ROOT, outdated
from nyfiken.layout import SERVICES
from nyfiken.openapi import command, document, files

METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def documents():
    return {service: document(service) for service in SERVICES}


def operations(found):
    for path, item in found["paths"].items():
        for method in METHODS & set(item):
            yield f"{method.upper()} {path}", item[method]


def test_the_committed_documents_are_up_to_date():
    stale = [str(path.relative_to(ROOT)) for path in outdated(files())]
    assert stale == [], "run `make contracts` and commit what it writes"


@pytest.mark.parametrize("service", SERVICES)
def test_every_schema_is_one_and_every_reference_leads_somewhere(documents, service):
    found = documents[service]
    assert found["openapi"] == "3.1.0"
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert [where for where in references(found) if not leads_somewhere(found, where)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_tool_that_others_wrote_can_read_it(documents, service):
    assert [result.err() for result in from_dict(documents[service]).get_all_operations() if not result.ok()] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_says_what_it_does_under_a_name_of_its_own(documents, service):
    found = list(operations(documents[service]))
    assert [name for name, operation in found if not operation.get("summary")] == []
    names = [operation["operationId"] for _, operation in found]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_names_its_refusals_and_its_token(documents, service):
    open_ones = {"/healthz", "/readyz", "/metrics"}
    for name, operation in operations(documents[service]):
        if name.partition(" ")[2] not in open_ones:
            assert {"401", "403"} <= set(operation["responses"]), name
    assert documents[service]["security"] == [{"bearer": []}]


@pytest.mark.parametrize("service", SERVICES)
def test_every_field_says_what_it_means(documents, service):
    schemas = documents[service]["components"]["schemas"]
    silent = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, about in schema.get("properties", {}).items()
        if not about.get("description")
    ]
    assert silent == []


def test_the_command_shows_one_document_and_asks_which():
    shown = CliRunner().invoke(command, ["ideas"])
    assert json.loads(shown.output)["info"]["title"] == "Nyfiken: ideas"
    assert CliRunner().invoke(command, []).exit_code == 2


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def leads_somewhere(found, where):
    for key in where.removeprefix("#/").split("/"):
        found = found.get(key, {})
    return bool(found)
