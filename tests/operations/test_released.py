"""docs/releasing.md: what was released is told everywhere in the same way, and can be taken from a clone and run."""

import re
import subprocess
import sys
import tomllib

import pytest

from tests.operations import released
from tests.operations.released import NoHistory, git, releases
from tests.platform import ROOT

_SECTION = re.compile(r"^## (\S+) \((.+)\)$", re.MULTILINE)
_TAG = re.compile(r"(?:newTag|app\.kubernetes\.io/version): (\S+)")


def test_the_changelog_tells_of_each_release_and_of_the_one_that_is_being_made():
    being_made = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    told = _SECTION.findall((ROOT / "CHANGELOG.md").read_text())
    assert told == [(being_made, "not released"), *((each.version, str(each.date)) for each in releases())]


@pytest.mark.parametrize("overlay", ["small", "production"])
def test_an_overlay_runs_the_last_release(overlay):
    file = ROOT / "deploy" / "kubernetes" / "overlays" / overlay / "kustomization.yaml"
    assert set(_TAG.findall(file.read_text())) == {releases()[0].version}


@pytest.mark.skipif(git(ROOT, "rev-parse").returncode != 0, reason="this is no clone")
def test_a_clone_without_its_history_says_what_to_do(tmp_path):
    clone = tmp_path / "clone"
    made = git(ROOT, "clone", "--quiet", "--bare", "--no-tags", "--depth=1", f"file://{ROOT}", clone)
    assert made.returncode == 0, made.stderr.decode()
    last = releases()[0]
    told = f"release {last.version} ({last.commit}) is not in this clone; run: git fetch --unshallow"
    with pytest.raises(NoHistory, match=re.escape(told)):
        last.unpacked(tmp_path / "released", clone)


def test_a_release_that_was_locked_otherwise_gets_an_interpreter_of_its_own_once(tmp_path, monkeypatch):
    monkeypatch.setattr(released, "KEPT", tmp_path / "kept")
    lock = tmp_path / "runtime.txt"
    lock.write_text("# nothing\n")
    python = released.interpreter_for(lock)
    assert python != sys.executable
    assert subprocess.run([python, "-c", "import flask"], capture_output=True).returncode == 1
    assert subprocess.run([python, "-c", "import sys"], capture_output=True).returncode == 0
    with monkeypatch.context() as offline:
        offline.setattr(released, "_install", lambda *_: pytest.fail("it was made a second time"))
        assert released.interpreter_for(lock) == python


def test_a_release_that_was_locked_as_today_runs_by_the_interpreter_of_the_tests():
    assert released.interpreter_for(ROOT / released.LOCK) == sys.executable
