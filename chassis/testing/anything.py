"""Send a service anything that its OpenAPI document allows, and what it does not; it answers as the document says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from chassis.testing.web import Api

_NOT_ASKED = [positive_data_acceptance]
"""A rule of the domain may refuse what fits the schema."""

Things = Callable[[str], Mapping[str, str] | None]
"""``POST /ideas/{idea_id}/review`` → the path's parameters that lead to something that is there."""


def answers_as_described(
    api: Api,
    headers: Mapping[str, str],
    *,
    examples: int = 10,
    but: tuple[str, ...] = (),
    things: Things = lambda _: None,
) -> None:
    """Ask every operation, but those with these ids, this many times; AssertionError for an answer not described.

    Made without chance: the same each time.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", api.app)
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        if operation.definition.raw["operationId"] not in but:
            path = things(f"{operation.method.upper()} {operation.path}")
            _ask(operation, headers, examples, {"path_parameters": dict(path)} if path else {})


def _ask(operation: Any, headers: Mapping[str, str], examples: int, fixed: Mapping[str, Any]) -> None:
    fitting, unfitting = (operation.as_strategy(generation_mode=mode, **fixed) for mode in GenerationMode)

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=fitting | unfitting)
    def ask(case: Any) -> None:
        case.headers.pop("If-Position", None)  # a position that never comes is waited for, and a 503 in the end
        case.call_and_validate(headers=dict(headers), excluded_checks=_NOT_ASKED)

    ask()
