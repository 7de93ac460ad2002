"""A history as an object-centric event log: every event, and what it is about; nothing else."""

import json

import pytest

from benchmarks.city.recording import by_partition, recorded
from chassis.recorded import Recorded
from history.ocel import KINDS, OF, log, written
from tests.history.origins import history


@pytest.fixture
def events():
    return [each for each in history("ideas", 600, partitions=1, withheld=0)[0] if isinstance(each, Recorded)]


@pytest.fixture
def told(events):
    return log(events)


def test_every_event_is_in_it_with_its_time_and_its_kind(told, events):
    assert [each["id"] for each in told["events"]] == [each.id for each in events]
    assert {each["type"] for each in told["events"]} == {each["name"] for each in told["eventTypes"]}
    assert all(each["time"].endswith("Z") for each in told["events"])


def test_every_thing_that_an_event_is_about_is_an_object_of_a_known_type(told):
    objects = {each["id"]: each["type"] for each in told["objects"]}
    related = {each["objectId"] for event in told["events"] for each in event["relationships"]}
    assert related == objects.keys()
    assert set(objects.values()) <= {each["name"] for each in told["objectTypes"]} == set(KINDS)


def test_each_event_is_first_of_all_of_the_thing_that_it_happened_to(told, events):
    assert [each["relationships"][0] for each in told["events"]] == [
        {"objectId": each.stream, "qualifier": OF} for each in events
    ]


def test_a_thing_that_an_event_names_again_is_told_once_for_tools_keep_one_of_them():
    (_, lived), *_ = by_partition(recorded(200, partitions=1)).items()
    related = [each["relationships"] for each in log(lived)["events"]]
    assert {each[0]["qualifier"] for each in related} == {OF}
    assert any(len(each) > 1 for each in related)
    assert all(len({one["objectId"] for one in each}) == len(each) for each in related)


def test_an_experiment_that_failed_is_of_its_ideas_and_its_unit(told):
    failed = next(each for each in told["events"] if each["type"] == "experiment-failed")
    qualifiers = {each["qualifier"]: each["objectId"].partition("-")[0] for each in failed["relationships"]}
    assert qualifiers | {OF: ""} == {
        OF: "",
        "idea_ids": "idea",
        "experiment_id": "experiment",
        "unit": "unit",
        "challenge_id": "challenge",
    }


def test_attributes_are_codes_that_are_declared(told):
    declared = {each["name"]: {one["name"] for one in each["attributes"]} for each in told["eventTypes"]}
    used = {(event["type"], each["name"]) for event in told["events"] for each in event["attributes"]}
    assert ("experiment-failed", "evidence_level") in used
    assert all(name in declared[type_] for type_, name in used)


def test_it_is_written_as_json(told, events):
    assert json.loads(written(events)) == told
