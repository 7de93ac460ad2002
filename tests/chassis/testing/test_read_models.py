"""The suite of read models tried on one that keeps its promises and on some that do not."""

import dataclasses

import pytest

from chassis.processing.read_model import ReadModel, key, row
from chassis.testing.happenings import CounterRaised, CounterSigned
from chassis.testing.read_models import BEGINNING, History, ReadModelSuite, folded
from contracts.event import Sealed

HISTORY = History("here")
HISTORY.add("here", "counter-a", CounterRaised(by=1), CounterSigned(signer_id="anna", name="Anna"))
HISTORY.add("there", "counter-b", CounterRaised(by=2), CounterSigned(signer_id="bo", name="Bo"))
HISTORY.add("here", "counter-a", CounterRaised(by=4))


@row
class Sum:
    name: str = key()
    total: int = 0
    last: int = 0
    signatures: tuple[Sealed, ...] = ()


def onto_sum(sum_: Sum | None, recorded, key: str) -> Sum | None:
    sum_ = sum_ or Sum(name=key)
    match recorded.event:
        case CounterRaised(by=by):
            return dataclasses.replace(sum_, total=sum_.total + by)
        case CounterSigned(name=Sealed() as name):
            return dataclasses.replace(sum_, signatures=(*sum_.signatures, name))
    return sum_


SUM = ReadModel(
    name="sum",
    version=1,
    row=Sum,
    sources=("here", "there"),
    on=(CounterRaised, CounterSigned),
    keys=lambda recorded: ("all",),
    fold=onto_sum,
)


class TestSum(ReadModelSuite):
    model = SUM
    history = HISTORY


def broken(fold):
    class Broken(ReadModelSuite):
        model = dataclasses.replace(SUM, fold=fold)
        history = HISTORY

    return Broken()


def test_a_fold_that_depends_on_the_order_of_streams_is_found():
    def onto(sum_, recorded, key):
        return dataclasses.replace(sum_ or Sum(name=key), last=getattr(recorded.event, "by", 0))

    with pytest.raises(AssertionError):
        broken(onto).test_in_every_order_that_keeps_each_streams_own_it_gives_the_same_rows()


def test_a_fold_of_several_streams_that_makes_no_row_of_some_event_is_found():
    def onto(sum_, recorded, key):
        return onto_sum(sum_, recorded, key) if sum_ or isinstance(recorded.event, CounterRaised) else None

    with pytest.raises(AssertionError, match="makes no row"):
        broken(onto).test_a_row_of_several_streams_may_start_with_any_event()


def test_an_event_that_is_not_in_the_history_is_named():
    class Scarce(ReadModelSuite):
        model = SUM
        history = History("here")

    Scarce.history.add("here", "counter-a", CounterRaised())
    with pytest.raises(AssertionError, match=r"counter-signed\.v1"):
        Scarce().test_the_history_has_every_event_it_subscribes_to()


def test_events_are_dealt_in_the_order_of_the_letters():
    dealt = HISTORY.dealt("b aa", a="counter-a", b="counter-b")
    assert [recorded.id for recorded in dealt] == ["counter-b@1", "counter-a@1", "counter-a@2"]
    assert folded(SUM, dealt)["all"].total == 3
    assert HISTORY.events[0].recorded_at == BEGINNING


def test_only_its_own_service_has_references_to_personal_values():
    own, others = (HISTORY.of(stream)[1].event.name for stream in ("counter-a", "counter-b"))
    assert (own, others) == (Sealed("counter-a", 2, "name"), None)
