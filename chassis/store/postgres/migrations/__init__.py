"""How the database came to be what it is: one step after the other, never edited once released.

A step leaves everything as the release before it needs it, which runs on beside it while a new one is rolled out: it
adds, and what it replaces is removed by a later release's step. Each says in ``meta`` its own number (``schema``) and
the oldest release's that can still work on what it leaves (``oldest``).
"""

from __future__ import annotations

FOLDERS: tuple[str, ...] = ("chassis.store.postgres:migrations/versions",)
"""Where the steps are, as Alembic is told: in which folders of which packages."""
