"""Servers fail under load; what was acknowledged is there once, and everything derived from it is right."""

from __future__ import annotations

import random

import pytest

from tests.faults.disturbances import DISTURBANCES, MOUNTING
from tests.faults.lasting import LONGER, SECONDS, longer
from tests.faults.small_disk import may_mount
from tests.faults.stage import Stage
from tests.servers.found import absent
from tests.servers.process import NotStarted

SEED = 1


class Stages:
    """One stage for all faults that leave it whole, else a new one: the check covers all that happened on it."""

    def __init__(self, folders):
        self._folders = folders
        self._made = None
        self.stage = None
        self.is_whole = True

    def current(self):
        if self.stage is None or not self.is_whole:
            self.close()
            self._made = Stage.at(self._folders.mktemp("stage"))
            self.stage = self._made.__enter__()
        return self.stage

    def close(self):
        if self.stage is not None:
            self.stage = None
            self._made.__exit__(None, None, None)


@pytest.fixture(scope="module")
def stages(tmp_path_factory):
    stages = Stages(tmp_path_factory)
    try:
        stages.current()
    except (FileNotFoundError, NotStarted) as reason:
        absent(reason)
    yield stages
    stages.close()


LIKE_ANOTHER = {
    *("broker gone", "topics emptied", "backend killed"),
    *("long snapshot", "process killed", "worker suspended"),
}
"""Of each there is another much like it, or a test of its own: only when there is time."""


@pytest.mark.timeout(SECONDS * 2 + 240)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[longer] if name in LIKE_ANOTHER else []) for name in DISTURBANCES]
)
def test_whatever_happens_to_the_servers_nothing_is_lost_and_nothing_happens_twice(stages, name, capsys):
    if name == MOUNTING and not may_mount():
        absent("a small disk takes the right to mount")
    stage = stages.current()
    stages.is_whole = False
    done, retries = len(stage.clients.acknowledged), stage.clients.retries
    with stage.people.going_on():
        happened = DISTURBANCES[name](stage, SECONDS, random.Random(SEED))
    with capsys.disabled():
        commands, again = len(stage.clients.acknowledged) - done, stage.clients.retries - retries
        print(f"\n{name}: {commands} commands, {again} retries; {happened}")
    if LONGER > 1:
        stage.everything_holds()
    else:
        stage.nothing_is_lost()
    stages.is_whole = True


@pytest.mark.timeout(240)
def test_after_all_of_it_everything_holds(stages):
    """The whole check takes longer than a fault; where these last longer, it is made after each."""
    stages.current().everything_holds()
