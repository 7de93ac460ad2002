"""A made-up city leaves a history as services leave one: numbered, within the contract, and one that can be folded."""

import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from benchmarks.city.recording import by_partition, recorded
from history.models import MODELS

EVENTS = 6_000
SCHEMAS = Path(__file__).parents[2] / "contracts" / "schemas"


@pytest.fixture(scope="module")
def years():
    return list(recorded(EVENTS))


def test_a_seed_gives_the_same_years_again(years):
    again = recorded(EVENTS)
    assert [(each.id, each.data) for each in again] == [(each.id, each.data) for each in years]
    assert next(recorded(EVENTS, seed=2)).id != years[0].id


def test_each_partition_and_stream_is_numbered_without_a_gap(years):
    for told in by_partition(years).values():
        assert [each.position for each in told] == list(range(1, len(told) + 1))
    versions = Counter()
    for each in years:
        versions[each.stream] += 1
        assert each.version == versions[each.stream]
    assert [each.recorded_at for each in years] == sorted(each.recorded_at for each in years)


def test_every_event_is_within_its_contract(years):
    kinds = {each.type: each for each in years}
    assert len(kinds) > 30
    for each in kinds.values():
        schema = json.loads((SCHEMAS / f"{each.type}.json").read_text())
        jsonschema.validate(json.loads(each.data), schema)


def test_all_services_can_fold_it(years):
    rows = {name: {} for name in MODELS}
    for each in years:
        for name, model in MODELS.items():
            if each.type in model.types and each.service in model.sources:
                for key in model.keys(each):
                    rows[name][key] = model.fold(rows[name].get(key), each, key)
    assert {name for name, folded in rows.items() if not folded} <= {"challenge_overview", "challenge_parts"}


def test_a_few_streams_have_most_of_what_happens(years):
    lengths = sorted(Counter(each.stream for each in years if each.stream.startswith("idea-")).values(), reverse=True)
    assert sum(lengths[: len(lengths) // 10]) > sum(lengths) / 4
