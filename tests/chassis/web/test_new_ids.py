"""Where the id of something new comes from."""

from __future__ import annotations

from chassis.command import command, fresh
from chassis.web.commands import CommandRoute, Shape
from contracts.event import about


@command
class BuyKettle:
    kettle_id: str = fresh("The kettle.", same_for="receipt")
    receipt: str | None = about("What was paid.", default=None)


def new_id(**fields):
    shape = Shape.of(BuyKettle, ())
    route = CommandRoute(rule="", shape=shape, work=id, decider=None, subject="", status=201, if_match=False)
    return route._new_id("kettle_id", fields)


def test_what_makes_an_id_makes_the_same_id_again():
    assert new_id(receipt="r1") == new_id(receipt="r1") != new_id(receipt="r2")


def test_without_it_every_id_is_new():
    assert len({new_id(receipt=None) for _ in range(3)}) == 3
