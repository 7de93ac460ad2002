"""docs/runbooks/upgrading.md with a release that has another read model and another step of the databases, and records
what the one before does not know.

The last of all: only that release can read the histories afterwards.
"""

import os
import subprocess
import time

import httpx
import orjson
import pytest

from chassis.processing.registry import generations
from nyfiken.layout import SERVICES
from tests.chassis.meanwhile import asked_again
from tests.cluster.platform.deployed import DEPLOYMENTS, READY, asked_in, images, ours
from tests.faults.stage import until
from tests.operations.rollout import BOARD, TOMORROW
from tests.operations.test_upgrading import is_cured_by_asking_again, places

pytestmark = pytest.mark.timeout(900)
A_WHILE = 3.0
PAUSE = 0.1


def test_the_release_of_tomorrow_takes_over_while_people_go_on(deployed, people, seen):
    overlay = deployed.overlay("tomorrow", images=[{"name": "nyfiken", "newTag": "tomorrow"}])
    page, refused = deployed.page("upgrading", overlay=overlay), len(people.clients.refusals)
    acknowledged = len(people.clients.acknowledged)
    with people.going_on(), board_asked(deployed) as answers:
        time.sleep(A_WHILE)
        assert "nyfiken:tomorrow" in page.typed("kubectl diff", code=1)
        began = time.monotonic()
        page.typed("kubectl apply")
        page.typed("kubectl -n nyfiken rollout status")
        took = time.monotonic() - began
        until(lambda: len(ours()) == len(DEPLOYMENTS), "an old process goes on", READY)  # who is connected to it stays
        time.sleep(A_WHILE)
    assert answers
    assert set(answers) == {200}
    assert all(map(is_cured_by_asking_again, people.clients.refusals[refused:]))
    assert images() == {"nyfiken:tomorrow"}
    assert places(people.history, "comment-added.v2")
    for service in SERVICES:
        assert "wrong" not in asked_in(f"{service}-worker", "doctor", service)
        page.typed("kubectl -n nyfiken exec", SERVICE=service)
    with people.history.stores["ideas"].reading() as db:
        assert [table.serving for table in generations(db, BOARD)] == [True]
    everything_holds(deployed, people)
    commands = len(people.clients.acknowledged) - acknowledged
    refused = len(people.clients.refusals) - refused
    seen(
        "upgrading.md, to a release with a new read model, a new event version and a step of the databases",
        f"rolled out after {took:.0f} s; {commands} commands, {refused} times 503 `newer-release-needed`; the board "
        f"was asked {len(answers)} times and answered; the end check holds",
    )


def board_asked(deployed):
    """What the Service answers to somebody who looks at the board again and again."""
    who = {"Authorization": f"Bearer {deployed.token('karin')}"}
    url = "http://ideas/ideas"
    return asked_again(lambda: httpx.get(url, headers=who, timeout=30.0, trust_env=False).status_code, PAUSE)


def everything_holds(deployed, people):
    """The whole check, in a process that knows the new release."""
    servers = {"NYFIKEN_POSTGRES": deployed.servers.postgres, "NYFIKEN_KAFKA": deployed.servers.kafka}
    command = [TOMORROW.python, "-m", f"{TOMORROW.commands}.check", "--data", str(deployed.data)]
    given = orjson.dumps(people.clients.acknowledged)
    ran = subprocess.run(command, cwd=TOMORROW.folder, env=os.environ | servers, input=given, capture_output=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr).decode()
