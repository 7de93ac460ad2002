"""A made-up service whose rule adds what any counter is raised by to the same few sums, in this order or the other."""

from chassis.adapters import BY_SETTINGS
from chassis.processing.reaction import Reaction, Then
from chassis.program import Program
from chassis.testing.happenings import COUNTER, CounterRaised
from chassis.web.texts import OWN
from tests.chassis.processing.tallies import suite, tally

SUMS = ("sum-1", "sum-2", "sum-3")


def when_counter_raised_add_to_the_sums(recorded, memory):
    if recorded.subject in SUMS:
        return
    for name in SUMS if recorded.position % 2 else reversed(SUMS):
        add = CounterRaised(by=recorded.event.by)
        yield Then(decider=COUNTER, subject=name, decide=lambda _, add=add: [add], recipient=name)


ADD = Reaction(
    name="add-to-sums",
    sources=("suite",),
    on=(CounterRaised,),
    then=when_counter_raised_add_to_the_sums,
    from_the_beginning=True,
)
PROGRAM = Program(service=suite(tally(), reactions=(ADD,)), api="", problems=OWN, adapters=BY_SETTINGS)
