"""Send a service anything that its OpenAPI document allows, and what it does not; it answers as the document says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from chassis.testing.web import Api

_NOT_ASKED = [positive_data_acceptance]
"""A rule of the domain may refuse what fits the schema."""


def answers_as_described(
    api: Api, headers: Mapping[str, str], *, examples: int = 10, but: tuple[str, ...] = ()
) -> None:
    """Ask every operation, but those with these ids, this many times; AssertionError for an answer not described.

    Made without chance: the same each time.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", api.app)
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.definition.raw["operationId"] not in but:
            _ask(operation, headers, examples)


def _ask(operation: Any, headers: Mapping[str, str], examples: int) -> None:
    fitting, unfitting = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=fitting | unfitting)
    def ask(case: Any) -> None:
        case.headers.pop("If-Position", None)  # one that is never reached is waited for, and answered with 503
        case.call_and_validate(headers=dict(headers), excluded_checks=_NOT_ASKED)

    ask()
