"""docs/runbooks/keys-rotated.md: another master key and another signing key, while people go on."""

from __future__ import annotations

import re
import time
from contextlib import closing

import httpx
import pytest

from chassis.keys import load_keys, rotate
from chassis.store.postgres import PostgresStore
from chassis.store.protocol import WrongStore
from chassis.tokens import Tokens
from nyfiken.layout import SERVICES
from tests.faults.lasting import longer
from tests.faults.stage import until
from tests.platform import NAMES


@longer
@pytest.mark.timeout(300)
def test_the_master_and_the_signing_key_are_changed_under_load_and_everything_stays_readable(stage):
    data = stage.platform.data
    folder, before = data / "keys", load_keys(data)
    with stage.people.going_on():
        time.sleep(1.0)
        step(stage, folder, "made")
        step(stage, folder, "swapped")
        assert rewrapped(stage) > 0
        assert rewrapped(stage) == 0
    comment = {"text": "Sagt förut."}
    stage.clients.command("POST", f"/ideas/{stage.people.shared_idea}/comments", "somebody", comment)
    step(stage, folder, "ended")
    after = load_keys(data)
    assert not {before.master, before.signing} & {after.master, after.signing}
    assert (after.master.others, after.signing.others, after.secret) == ((), (), before.secret)
    old, new = (Tokens(keys.signing, keys.secret).sign("somebody", ["employee"]) for keys in (before, after))
    assert (read(stage, old).status_code, read(stage, new).status_code) == (401, 200)
    assert read(stage, new).json()["title"] == "Delad"
    with (
        closing(PostgresStore(stage.database("ideas"), "ideas", master_key=before.master)) as store,
        pytest.raises(WrongStore, match="made with another master key"),
    ):
        store.check()
    stage.history.close()
    fresh = type(stage.history).of(stage.platform)
    fresh.catches_up()
    fresh.still().everything_holds(stage.clients.acknowledged)
    fresh.close()


def step(stage, folder, wanted):
    """The next step for both keys, and every process started again, one after the other."""
    for name in ("master", "signing"):
        assert rotate(folder, name) == wanted
    for name in NAMES:
        pid = stage.platform.processes()[name]
        stage.platform.kill(name)
        until(lambda name=name, pid=pid: stage.platform.processes().get(name, pid) != pid, f"{name} is not started")
        until(lambda: all(is_ready(stage, service) for service in SERVICES), f"not ready after {name}")


def is_ready(stage, service):
    try:
        return stage.readiness(service)[0] == 200
    except httpx.TransportError:
        return False


def rewrapped(stage):
    said = stage.platform.nyfiken("keys", "rewrap")
    return sum(int(found.replace(",", "")) for found in re.findall(r": ([\d,]+) keys of persons", said))


def read(stage, token):
    url = f"{stage.platform.urls['ideas']}/ideas/{stage.people.shared_idea}"
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10.0)
