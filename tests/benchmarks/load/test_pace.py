"""An open loop: what is due when."""

import random

import pytest

from benchmarks.load.actions import ACTIONS
from benchmarks.load.pace import OpenLoop
from tests.benchmarks.load.crowd import answer, asked, crowd


def test_a_request_is_due_every_so_many_milliseconds_and_no_more_than_were_asked_for():
    dues = [due for due, _ in asked(300, crowd())]
    assert dues == pytest.approx([1_000 + n / 100 for n in range(300)])


def test_nobody_waits_for_an_answer_that_is_not_there():
    loop = OpenLoop(crowd(), ACTIONS, rate=50, seconds=2, began=0, chance=random.Random(1))
    sent = []
    while (due := loop.due()) is not None:
        sent.append((due, loop.next().ask))
    assert len(sent) == 100
    assert sent[-1][0] == pytest.approx(1.98)


def test_what_follows_on_an_answer_takes_the_next_moment():
    everybody = [(persona, who) for persona, who in crowd() if persona.name == "employee"]
    loop = OpenLoop(everybody, dict.fromkeys(ACTIONS, ACTIONS["submit"]), rate=10, seconds=1, began=0,
                    chance=random.Random(1))  # fmt: skip
    first, chance = loop.next(), random.Random(1)
    loop.goes_on(first, answer(first.ask, chance))
    second = loop.next()
    assert (second.who is first.who, second.ask.name) == (True, "board, after writing")
    loop.goes_on(second, answer(second.ask, chance))
    assert loop.next().ask.name == "submit"


def test_the_same_seed_is_the_same_load():
    one, other = ([(ask.name, ask.path) for _, ask in asked(500, crowd(), seed=3)] for _ in range(2))
    assert one == other
