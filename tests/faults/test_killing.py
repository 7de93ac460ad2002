"""Processes die at any moment; what was acknowledged is there once, and everything derived from it is right: on files
and feeds, and on PostgreSQL and Kafka."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.check import Platform
from tests.faults.lasting import LONGER, longer
from tests.faults.workload import COMMANDS_OF_A_LIFE, Clients, happened_in, lives
from tests.platform import NAMES, RunningPlatform

ROOT = Path(__file__).parents[2]
AT_RANDOM = max(700, round(350 * LONGER))
AT_FAILPOINTS = max(600, round(300 * LONGER))
"""Commands: never so few that a process is not killed, or a failpoint not passed."""
ROUNDS = max(2, round(LONGER))
"""Deaths of each process, at most: it ends in time on a slow machine, too."""
ONE_IN = 300
"""Times that a failpoint is passed, one death: so rare that no event seems to be the cause of three in a row."""
BETWEEN = (1.0, 2.4)
"""Seconds from one kill to the next: each process lives for some ten seconds, three of which it needs to start."""


STACKS = {
    "embedded": ("chassis/store/postgres", "chassis/transport/kafka", "chassis/transport/relay.py"),
    "servers": ("chassis/store/sqlite",),
}
"""What it runs on → code that is never come by there."""


class Killer(threading.Thread):
    """Kills one of the six processes, again and again."""

    def __init__(self, platform):
        super().__init__()
        self.killed = Counter()
        self._platform = platform
        self._enough = threading.Event()

    def run(self):
        for _ in range(ROUNDS):
            for name in random.sample(NAMES, len(NAMES)):  # at random, and each as often as the others
                if self._enough.wait(random.uniform(*BETWEEN)):
                    return
                self.killed[name] += self._platform.kill(name)

    def stop(self):
        self._enough.set()
        self.join()


@pytest.fixture(params=STACKS)
def stack(request):
    return request.param


@pytest.fixture
def started(request, stack, tmp_path):
    servers, running = {}, []
    if stack == "servers":
        servers["postgres"] = request.getfixturevalue("postgres_server").dsn
        servers["kafka"] = request.getfixturevalue("kafka_server").bootstrap_servers

    def start(environment=None):
        running.append(RunningPlatform(tmp_path / "data", environment, **servers).start())
        return running[0]

    yield start
    for platform in running:
        platform.remove()


def live_and_check(platform, commands, capsys, said):
    clients = Clients(platform)
    try:
        shared = clients.command("POST", "/ideas", "somebody", {"title": "Delad", "what": "Många säger något."})[
            "idea_id"
        ]
        lived = lives(clients, commands // COMMANDS_OF_A_LIFE + 1, shared)
    finally:
        clients.close()
        told = said()
    with capsys.disabled():
        print(f"\n{len(clients.acknowledged)} commands, {clients.retries} retries; {told}")
    assert len(clients.acknowledged) >= commands
    history = Platform.of(platform)
    history.catches_up()
    platform.stop()
    history.everything_holds(clients.acknowledged)
    history.has_happened(happened_in(len(lived)))
    history.each_failure_is_told_once(
        (one["test"], platform.person_id(who)) for one in lived for who in one["supporters"]
    )
    history.close()


@longer  # at the failpoints below the same processes die
@pytest.mark.timeout(180 + 60 * LONGER)
def test_any_process_may_be_killed_at_any_moment(started, stack, capsys):
    platform = started()
    killer = Killer(platform)
    killer.start()

    def stopped():
        killer.stop()
        return f"killed: {dict(killer.killed)}"

    live_and_check(platform, AT_RANDOM, capsys, stopped)
    assert all(killer.killed[name] > 0 for name in NAMES)


@pytest.mark.timeout(180 + 60 * LONGER)
def test_a_process_may_die_between_any_two_durable_writes(started, stack, tmp_path, capsys):
    if stack == "embedded" and LONGER == 1:
        pytest.skip("on servers there are more of them; here when there is time: make faults")
    noted = tmp_path / "noted"
    platform = started({"NYFIKEN_FAILPOINTS": f"{noted}:{ONE_IN}"})
    noted.touch()
    hit = Counter()

    def enough():
        hit.update(noted.rename(tmp_path / "hit").read_text().split())
        return f"died at: {dict(hit)}"

    live_and_check(platform, AT_FAILPOINTS, capsys, enough)
    assert set(hit) == failpoints(stack)


def failpoints(stack):
    """Every failpoint that stands in the code that is come by."""
    files = (path for folder in ("chassis", "services") for path in (ROOT / folder).rglob("*.py"))
    passed = (file for file in files if not str(file.relative_to(ROOT)).startswith(STACKS[stack]))
    return {name for file in passed for name in re.findall(r'failpoint\("([a-z-]+)"\)', file.read_text())}
