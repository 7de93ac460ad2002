"""A newer release runs beside this one, as while it is rolled out, and has recorded what this one does not know."""

from __future__ import annotations

import pytest

from chassis.decider import change, handle
from chassis.testing.happenings import COUNTER
from chassis.testing.store_suite import raise_by_one


@pytest.fixture
def newer(api, counter):
    """The path of a counter that a newer release has raised since."""
    handle(api.store, change(COUNTER, counter.rpartition("/")[2], raise_by_one))
    with api.store.transaction() as transaction:
        transaction.connection.exec_driver_sql("UPDATE events SET type = 'counter-raised.v9' WHERE version = 2")
    return counter


def test_what_only_a_newer_release_can_read_is_not_to_be_had_here_just_now(karin, newer):
    for answer in (karin.get(newer, expect=503), karin.post(f"{newer}/raise", {}, expect=503)):
        assert (answer.slug, answer.headers["Retry-After"]) == ("newer-release-needed", "1")
        assert "counter-raised" not in str(answer.json)


def test_everything_else_is_answered_as_before(karin, newer):
    another = karin.post("/counters", {"title": "En annan"}).headers["Location"]
    assert karin.get(another).json["total"] == 1
