import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSING = "from chassis.failpoints import failpoint; [failpoint(n) for n in ('one', 'two') * 100]; print('alive')"


def passed(asked=None):
    environment = {"PYTHONPATH": str(ROOT)} | ({"NYFIKEN_FAILPOINTS": asked} if asked else {})
    return subprocess.run([sys.executable, "-c", PASSING], env=environment, capture_output=True, text=True)


def test_nobody_dies_unless_a_test_asks():
    assert passed().stdout == "alive\n"


def test_a_process_dies_at_each_failpoint_at_least_once_and_says_where_before(tmp_path):
    noted = tmp_path / "noted"
    noted.touch()
    deaths = [passed(f"{noted}:1000000").returncode for _ in range(3)]
    assert deaths == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert Counter(noted.read_text().split()) == {"one": 1, "two": 1}


def test_nobody_dies_without_the_file(tmp_path):
    assert passed(f"{tmp_path / 'noted'}:1").stdout == "alive\n"


def test_and_then_by_chance(tmp_path):
    noted = tmp_path / "noted"
    noted.write_text("one\ntwo\n")
    assert passed(f"{noted}:3").returncode == -signal.SIGKILL
    assert len(noted.read_text().split()) == 3
