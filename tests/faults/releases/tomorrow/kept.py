"""What is kept of a command and of a worker, and the step that makes room for it."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.processing.tables import WORKERS
from chassis.store.postgres import appending, meta, migrations

RELEASE = "tomorrow"
_key = appending._key


def key(what, of):
    return {**_key(what, of), "release": RELEASE}


appending._key = key
WORKERS.append_column(sa.Column("release", sa.Text, default=RELEASE))
meta.SCHEMA += 1
migrations.FOLDERS += ("tests.faults.releases.tomorrow:migrations",)
