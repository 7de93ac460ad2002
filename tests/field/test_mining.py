"""pm4py reads the event log of a pulled history, and finds in it the process that the services' rules allow."""

import pm4py
import pytest

from contracts.event import events, family_of
from contracts.experiments import Conclusion
from history.ocel import log, written
from history.replay import History
from tests.history.origins import pulled

FIRST = {"idea": "idea-submitted", "experiment": "experiment-drafted", "lesson": "lesson-recorded"}
CONCLUSIONS = {family_of(name) for name, kind in events().items() if issubclass(kind, Conclusion)}


def as_mined(path, folder):
    """What pm4py reads of a history."""
    file = folder / "history.json"
    file.write_bytes(written(History.open(path).events()))
    return pm4py.read_ocel2_json(str(file))


@pytest.fixture(scope="module")
def mined(path, tmp_path_factory):
    return as_mined(path, tmp_path_factory.mktemp("mined"))


@pytest.fixture(scope="module")
def follows(mined):
    """Of each kind of thing: what directly follows on what, and how often."""
    return pm4py.discover_ocdfg(mined)


@pytest.fixture(scope="module")
def happened(path):
    """How often each kind of event happened."""
    return History.open(path).replay(_counted, {})


def _counted(counts, recorded):
    kind = family_of(recorded.type)
    return counts | {kind: counts.get(kind, 0) + 1}


def test_every_event_object_and_relation_is_read(mined, path):
    told = log(History.open(path).events())
    assert set(mined.events["ocel:eid"]) == {each["id"] for each in told["events"]}
    assert dict(zip(mined.objects["ocel:oid"], mined.objects["ocel:type"], strict=True)) == {
        each["id"]: each["type"] for each in told["objects"]
    }
    related = mined.relations[["ocel:eid", "ocel:oid", "ocel:qualifier"]].itertuples(index=False, name=None)
    assert sorted(related) == sorted(
        (each["id"], one["objectId"], one["qualifier"]) for each in told["events"] for one in each["relationships"]
    )


def test_every_kind_of_event_that_there_is_is_read(tmp_path):
    path = pulled(tmp_path / "history", 150)
    told = log(History.open(path).events())
    assert set(as_mined(path, tmp_path).events["ocel:activity"]) == {each["name"] for each in told["eventTypes"]}


def test_each_thing_begins_with_what_it_begins_with(follows):
    begins = follows["start_activities"]["events"]
    assert {kind: set(begins[kind]) for kind in FIRST} == {kind: {first} for kind, first in FIRST.items()}


def test_who_concludes_an_experiment_is_asked_for_its_lesson_at_once(follows, happened):
    couples = follows["edges"]["event_couples"]["experiment"]
    asked = {first: len(each) for (first, then), each in couples.items() if then == "lesson-prompted"}
    assert asked == {kind: count for kind, count in happened.items() if kind in CONCLUSIONS}
    assert len(asked) > 3


def test_an_experiment_is_planned_before_it_starts_and_measured_before_it_is_concluded(follows):
    couples = follows["edges"]["event_couples"]["experiment"].keys()
    assert {first for first, then in couples if then == "experiment-started"} == {"checks-answered"}
    assert {first for first, then in couples if then == "experiment-failed"} == {"measuring-ended"}


def test_every_kind_of_thing_has_a_net_of_all_that_happens_to_it(mined):
    nets = pm4py.discover_oc_petri_net(mined)["petri_nets"]
    kinds = mined.relations.groupby("ocel:type")["ocel:activity"].unique()
    labels = {kind: {each.label for each in net.transitions} - {None} for kind, (net, _, _) in nets.items()}
    assert labels == {kind: set(activities) for kind, activities in kinds.items()}
    assert labels.keys() == {"idea", "experiment", "lesson", "unit"}


def test_a_net_allows_every_life_that_was_lived(mined):
    net = pm4py.discover_oc_petri_net(mined)["petri_nets"]["experiment"]
    lives = pm4py.ocel_flattening(mined, "experiment")
    replayed = pm4py.fitness_token_based_replay(lives, *net)
    assert replayed["perc_fit_traces"] == 100
