"""The whole story, told over HTTP to processes that really run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.platform import RunningPlatform

ROOT = Path(__file__).parents[2]
STEPS = 40
"""The story has more."""


def demo(running, *options):
    command = [sys.executable, "-m", "nyfiken", "demo", "--data", str(running.data), "--port", str(running.port)]
    ran, names = [*command, *options], ("NYFIKEN_POSTGRES", "NYFIKEN_KAFKA")
    environment = {name: value for name, value in running.environment.items() if name not in names}
    return subprocess.run(ran, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)


def told(answer):
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "✗" not in answer.stdout
    assert answer.stdout.count("✓") > STEPS


def test_a_failed_experiment_leaves_a_lesson_that_another_unit_builds_on(platform):
    told(demo(platform))


def test_the_story_can_be_told_again_on_the_same_platform(platform):
    told(demo(platform))


def test_the_demo_starts_a_platform_where_none_runs_and_ends_it(tmp_path):
    answer = demo(RunningPlatform(tmp_path / "data"), "--exit")
    told(answer)
    assert re.search(r"^ready ", answer.stdout, re.MULTILINE)
    assert processes_with(str(tmp_path)) == []


def processes_with(text):
    """Processes in whose environment or command line this text is."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if text in (folder / "cmdline").read_text() or text in (folder / "environ").read_text():
                found.append(int(folder.name))
        except OSError:
            continue  # not ours, or gone in between
    return found
