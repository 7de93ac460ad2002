"""``python -m services.notifications web`` or ``worker``."""

from __future__ import annotations

from chassis.processes import run

if __name__ == "__main__":
    run("notifications", "services.notifications.main")
