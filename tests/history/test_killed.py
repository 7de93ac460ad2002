"""Whoever pulls is killed between any two durable writes: started again he goes on, without loss, without a double."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from history.folder import Folder
from tests.history.killed import origin
from tests.history.origins import faults

ROOT = Path(__file__).parents[2]
ONE_IN = 12
MOST = 200


def test_a_pull_that_is_killed_again_and_again_is_whole_in_the_end(tmp_path):
    noted, folder = tmp_path / "failpoints", Folder(tmp_path / "pulled")
    noted.touch()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NYFIKEN_FAILPOINTS": f"{noted}:{ONE_IN}"}
    deaths = 0
    while (ended := _pulled(folder, environment)) == -signal.SIGKILL:
        deaths += 1
        assert deaths < MOST
        if folder.exists():
            assert not [fault for fault in faults(folder) if "no manifest names it" not in fault]
    assert ended == 0
    assert deaths >= 3
    assert set(noted.read_text().split()) == {"history-part-written", "history-manifest-written"}
    assert faults(folder) == []
    found = {n: {} for n in origin().events}
    for part in folder.manifest().parts:
        for told in folder.told(part):
            found[told.partition][told.position] = getattr(told, "id", None)
    told = origin().events
    assert {n: list(dict(sorted(each.items())).values()) for n, each in found.items()} == {
        n: [getattr(each, "id", None) for each in events] for n, events in told.items()
    }


def _pulled(folder, environment):
    return subprocess.run(
        [sys.executable, "-m", "tests.history.killed", str(folder.path)], env=environment, check=False
    ).returncode
