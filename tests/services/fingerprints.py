"""The fingerprints of all read models, written down so that nobody changes what a row is without a new version.

``python -m tests.services.fingerprints`` (``make fingerprints``) writes ``fingerprints.json`` again. A read model whose
module changed must have a new version: a table that was built by the old code would else be served as if the new code
had built it. ``--same-rows`` is for a change that leaves every row as it was, such as to a query or a comment.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from chassis.processing.read_model import ReadModel

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_suffix(".json")

Written = Mapping[str, Mapping[str, object]]


def read_models() -> list[ReadModel]:
    """Every read model of every service."""
    packages = sorted(path.parent for path in (ROOT / "services").glob("*/read_models/__init__.py"))
    modules = [importlib.import_module(".".join(package.relative_to(ROOT).parts)) for package in packages]
    return [found for module in modules for found in vars(module).values() if isinstance(found, ReadModel)]


def written() -> Written:
    """What was written down: name → version and fingerprint."""
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def current(models: Iterable[ReadModel]) -> Written:
    """What there is: name → version and fingerprint."""
    return {model.name: {"version": model.version, "fingerprint": model.fingerprint()} for model in models}


def without_a_new_version(before: Written, now: Written) -> list[str]:
    """The read models that changed though their version did not."""
    return [name for name, this in now.items() if _changed(before.get(name, this), this)]


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> bool:
    return before["version"] == now["version"] and before["fingerprint"] != now["fingerprint"]


def write(before: Written, now: Written, *, same_rows: bool) -> list[str]:
    """Write down what there is, unless a version is missing; gives the names of those."""
    missing = [] if same_rows else without_a_new_version(before, now)
    if not missing:
        FILE.write_text(json.dumps(dict(sorted(now.items())), indent=2) + "\n")
    return missing


if __name__ == "__main__":
    if refused := write(written(), current(read_models()), same_rows="--same-rows" in sys.argv):
        sys.exit(f"{', '.join(refused)}: changed, so give it a new version (or say --same-rows if no row is another)")
