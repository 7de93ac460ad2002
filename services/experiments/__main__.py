"""``python -m services.experiments web`` or ``worker``."""

from __future__ import annotations

from chassis.processes import run

if __name__ == "__main__":
    run("experiments", "services.experiments.main")
