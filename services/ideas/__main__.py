"""``python -m services.ideas web`` or ``worker``."""

from __future__ import annotations

from chassis.processes import run

if __name__ == "__main__":
    run("ideas", "services.ideas.main")
