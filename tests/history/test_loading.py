"""A file is looked at before anything of it is loaded; what is wrong is told by line, field and reason."""

from __future__ import annotations

import io
import json
from importlib import import_module

import orjson
import pytest

from benchmarks.city.recording import by_partition, recorded
from chassis.recorded import Position
from chassis.store.encoding import SEALED_AND_LOST
from chassis.store.sqlite import SqliteStore
from chassis.transport.cloudevents import as_cloud_event
from contracts.event import personal_fields
from history.errors import NotLoaded
from history.loading import Destination, checked, load
from nyfiken.layout import SERVICES
from tests.history.origins import unseen

PARTITIONS = 2
EVENTS = 300


@pytest.fixture(scope="module")
def history():
    """A city's made-up years, partition by partition."""
    return by_partition(recorded(EVENTS, partitions=PARTITIONS))


@pytest.fixture(scope="module")
def lines(history):
    return [orjson.dumps(as_cloud_event(each)) + b"\n" for place in sorted(history) for each in history[place]]


@pytest.fixture
def destinations(tmp_path):
    made = {}
    for name in SERVICES:
        service = import_module(f"services.{name}.main").SERVICE
        store = SqliteStore(tmp_path / f"{name}.sqlite", name, master_key=bytes(32), partitions=PARTITIONS)
        categories = frozenset(decider.category for decider in service.deciders)
        rules = frozenset(rule.name for rule in service.reactions)
        made[name] = Destination(store=store, categories=categories, rules=rules)
    yield made
    for to in made.values():
        to.store.close()


def check(lines, destinations):
    return checked(io.BytesIO(b"".join(lines)), destinations, unseen)


def loaded(lines, destinations):
    file = io.BytesIO(b"".join(lines))
    checked(file, destinations, unseen)
    load(file, destinations, unseen)


def content(destinations):
    return {
        (name, n): events
        for name, to in destinations.items()
        for n in range(PARTITIONS)
        if (events := to.store.read(n, 0, 10_000))
    }


def known(events):
    names = ("position", "id", "stream", "version", "type", "data", "metadata", "recorded_at", "occurred_at")
    return [tuple(getattr(each, name) for name in names) for each in events]


def test_what_is_loaded_is_the_history_as_it_was(history, lines, destinations, monkeypatch):
    monkeypatch.setattr("history.loading.BATCH", 7)
    loaded(lines, destinations)
    assert {place: known(events) for place, events in content(destinations).items()} == {
        place: known(events) for place, events in history.items()
    }


def test_what_may_have_had_personal_values_counts_as_sealed_and_lost(lines, destinations):
    loaded(lines, destinations)
    events = [each for part in content(destinations).values() for each in part]
    assert {each.id for each in events if each.sealed} == {
        each.id for each in events if personal_fields(type(each.event))
    }
    assert any(each.sealed for each in events)
    assert SEALED_AND_LOST == b""


def test_what_rules_have_answered_counts_as_answered(history, lines, destinations):
    loaded(lines, destinations)
    answers = [each for part in history.values() for each in part if each.metadata.by == "follow-by-themselves"]
    assert answers
    store = destinations["notifications"].store
    assert all(store.answered("follow-by-themselves", f"{r.metadata.causation_id}@{r.stream}") for r in answers)


def test_a_check_tells_how_much_is_to_be_loaded_and_changes_nothing(history, lines, destinations):
    whole = check(lines, destinations)
    assert whole.events == whole.lacking
    assert sum(whole.events.values()) == EVENTS
    assert {place: head.position for place, head in whole.ends.items()} == {p: len(e) for p, e in history.items()}
    assert content(destinations) == {}


def test_a_file_may_have_its_partitions_in_any_order_and_end_without_a_new_line(history, lines, destinations):
    turned = [line for service in ("notifications", "ideas", "experiments") for line in lines if of(line) == service]
    loaded([b"".join(turned).rstrip(b"\n")], destinations)
    assert {place: len(events) for place, events in content(destinations).items()} == {
        place: len(events) for place, events in history.items()
    }


def of(line):
    return json.loads(line)["source"].removeprefix("nyfiken/")


def set_to(**fields):
    return lambda line: {**line, **fields}


def without(field):
    return lambda line: {name: value for name, value in line.items() if name != field}


def withheld(line):
    return as_cloud_event(Position("ideas", line["partition"], line["position"]))


FAULTS = {
    "no version of CloudEvents": (without("specversion"), "specversion: missing data for required field"),
    "another version of CloudEvents": (set_to(specversion="0.3"), "specversion: must be equal to 1.0"),
    "no source of ours": (set_to(source="https://example.org"), "source: is not nyfiken/ and a service"),
    "an unknown service": (set_to(source="nyfiken/coffee"), "source: there is no service coffee"),
    "a position that is text": (set_to(position="11"), "position: not a valid integer"),
    "a position that is missing": (set_to(position=12), "position: 11 comes next"),
    "a position that was there": (set_to(position=1), "position: 11 comes next"),
    "no stream": (without("subject"), "subject: missing data for required field"),
    "no stream of its service": (set_to(subject="lesson-1"), "subject: is no challenge or idea and its id"),
    "another partition": (set_to(partition=1), "is in 0 of the 2 here; load into a platform with the same number"),
    "a version that is missing": (set_to(version=99), "comes next"),
    "an id that is no text": (set_to(id=7), "id: not a valid string"),
    "a character that databases do not keep": (set_to(by="a\0b"), "by: is empty, or has a character"),
    "a moment without a time zone": (set_to(time="2023-03-01T12:00:00"), "time: not a valid aware datetime"),
    "a moment before the one before": (set_to(time="2001-01-01T00:00:00Z"), "time: is before that of the event before"),
    "a moment in the future": (set_to(time="2999-01-01T00:00:00Z"), "time: is in the future"),
    "an unknown type": (
        set_to(type="coffee-made.v1", dataschema="urn:nyfiken:event:coffee-made.v1"),
        "type: is not known to this release",
    ),
    "a newer version of a type": (
        set_to(type="idea-submitted.v99", dataschema="urn:nyfiken:event:idea-submitted.v99"),
        "type: is not known to this release",
    ),
    "another schema": (set_to(dataschema="urn:nyfiken:event:coffee-made.v1"), "dataschema: is not urn:nyfiken:event:"),
    "data that is none": (set_to(data=[1]), "data: not a valid mapping type"),
    "data that does not fit": (set_to(data={}), "data: does not fit its type: required field missing"),
    "an attribute that is not ours": (set_to(coffee="black"), "coffee: unknown field"),
    "a mark of what is withheld": (withheld, "ideas/0:11 is withheld: pull with --whole"),
}


@pytest.fixture(scope="module")
def eleventh(lines):
    """The number of a line, from 1: the eleventh event of ideas/0."""
    return next(n for n, line in enumerate(lines, start=1) if b'"source":"nyfiken/ideas"' in line) + 10


@pytest.mark.parametrize("fault", FAULTS)
def test_a_line_that_is_wrong_is_told_and_nothing_is_changed(fault, lines, eleventh, destinations):
    change, said = FAULTS[fault]
    wrong = orjson.dumps(change(json.loads(lines[eleventh - 1]))) + b"\n"
    with pytest.raises(NotLoaded) as refused:
        loaded([*lines[: eleventh - 1], wrong, *lines[eleventh:]], destinations)
    assert str(refused.value).startswith(f"line {eleventh}: ")
    assert said in str(refused.value)
    assert content(destinations) == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"coffee\n", "is not JSON"),
        (b"\n", "is not JSON"),
        (b"[]\n", "is no CloudEvent"),
        (b'{"specversion":"1.0",', "is not JSON"),
    ],
)
def test_a_line_that_is_no_event_is_told(line, said, lines, destinations):
    with pytest.raises(NotLoaded, match=f"line 6: {said}"):
        check([*lines[:5], line], destinations)


def test_an_id_that_another_event_has_is_told(lines, eleventh, destinations):
    again = set_to(id=json.loads(lines[0])["id"])(json.loads(lines[eleventh - 1]))
    with pytest.raises(NotLoaded, match=f"line {eleventh}: ideas/0:11: id: another event has it"):
        check([*lines[: eleventh - 1], orjson.dumps(again) + b"\n"], destinations)


def test_an_event_that_is_too_large_for_a_relay_is_told(lines, eleventh, destinations):
    line = json.loads(lines[eleventh - 1])
    large = set_to(data=line["data"] | {"coffee": "x" * 300_000})(line)
    with pytest.raises(NotLoaded, match=rf"line {eleventh}: data: has 300,\d+ bytes, 262,144 at most"):
        check([*lines[: eleventh - 1], orjson.dumps(large) + b"\n"], destinations)


def test_more_partitions_than_there_are_here_are_told(destinations):
    more = by_partition(recorded(EVENTS, partitions=8))
    told = [orjson.dumps(as_cloud_event(each)) + b"\n" for place in sorted(more) for each in more[place]]
    with pytest.raises(NotLoaded, match="load into a platform with the same number of partitions"):
        check(told, destinations)


def test_what_is_there_already_is_gone_on_with(history, lines, destinations):
    loaded(lines, destinations)
    whole = check(lines, destinations)
    assert set(whole.lacking.values()) == {0}
    loaded(lines, destinations)
    assert sum(map(len, content(destinations).values())) == EVENTS


def test_a_beginning_that_is_there_is_the_same_event_by_event(history, lines, destinations):
    store = destinations["ideas"].store
    store.restore(history["ideas", 0][:3])
    assert check(lines, destinations).lacking["ideas"] == check(lines, destinations).events["ideas"] - 3
    third = json.loads(line := next(each for each in lines if history["ideas", 0][2].id.encode() in each))
    other = [orjson.dumps(third | {"id": "another"}) + b"\n" if each == line else each for each in lines]
    with pytest.raises(NotLoaded, match="ideas/0:3: id: there is another event: the platform must be empty"):
        loaded(other, destinations)
    assert {place: len(events) for place, events in content(destinations).items()} == {("ideas", 0): 3}


def test_a_platform_that_has_more_is_refused_with_the_position(history, lines, destinations):
    destinations["ideas"].store.restore(history["ideas", 0][:3])
    until = next(n for n, line in enumerate(lines) if history["ideas", 0][2].id.encode() in line)
    with pytest.raises(NotLoaded, match="ideas/0:3 is there and not in the file: the platform must be empty"):
        check(lines[:until], destinations)
