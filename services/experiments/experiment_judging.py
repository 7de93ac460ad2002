"""What the observations say about what was believed: computed, so that nobody has to be brave enough to say it.

Of a goal the latest observation counts (by the day it was seen, then by the order recorded), of a guardrail the worst:
it must never be broken. Criteria without a threshold are shown and judge nothing. Decimal numbers, nothing rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from contracts.experiments import Criterion, CriterionResult, Direction
from contracts.values import DecimalText, EvidenceLevel, Outcome
from services.experiments.experiment import Experiment, Observation

SIGN: dict[Direction, str] = {"at_least": "≥", "at_most": "≤"}


def standing(experiment: Experiment) -> tuple[Observation, ...]:
    """The observations that count: of criteria that it is judged by, and not withdrawn."""
    ids = {criterion.id for criterion in experiment.criteria}
    return tuple(seen for seen in experiment.observations if seen.criterion_id in ids and not seen.withdrawn)


def results(experiment: Experiment) -> tuple[CriterionResult, ...]:
    """Each criterion beside what was seen of it."""
    seen = standing(experiment)
    return tuple(_result(c, [one for one in seen if one.criterion_id == c.id]) for c in experiment.criteria)


def outcome_of(found: Iterable[CriterionResult], evidence_level: EvidenceLevel) -> Outcome:
    """Succeeded, failed or inconclusive: the one that agrees with these results.

    Inconclusive without evidence, or when nothing was missed but a goal or guardrail was never measured.
    """
    judged = [result for result in found if result.expected is not None]
    if evidence_level == "none":
        return "inconclusive"
    if any(result.met is False for result in judged):
        return "failed"
    if any(result.met is None for result in judged):
        return "inconclusive"
    return "succeeded"


def told(result: CriterionResult) -> str:
    """A result in one line, in no particular language: ``Andel besök på video: 18 % (≥ 50)``."""
    observed = "–" if result.observed is None else f"{result.observed} {result.unit_of_measure}"
    return f"{result.metric}: {observed} ({SIGN[result.direction]} {result.expected})"


def _result(criterion: Criterion, seen: list[Observation]) -> CriterionResult:
    observed = _counting(criterion, seen)
    return CriterionResult(
        criterion_id=criterion.id,
        metric=criterion.metric,
        unit_of_measure=criterion.unit_of_measure,
        role=criterion.role,
        direction=criterion.direction,
        expected=criterion.threshold,
        observed=observed,
        met=_met(criterion, observed),
    )


def _counting(criterion: Criterion, seen: list[Observation]) -> DecimalText | None:
    if not seen:
        return None
    if criterion.role == "goal":
        return max(enumerate(seen), key=lambda one: (one[1].observed_on, one[0]))[1].value
    worst = min if criterion.direction == "at_least" else max
    return worst((one.value for one in seen), key=Decimal)


def _met(criterion: Criterion, observed: DecimalText | None) -> bool | None:
    if observed is None or criterion.threshold is None:
        return None
    value, threshold = Decimal(observed), Decimal(criterion.threshold)
    return value >= threshold if criterion.direction == "at_least" else value <= threshold
