"""The event store, and what the processors keep beside it."""

from importlib.resources import files

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make everything."""
    here = files("chassis.store.postgres.migrations") / "versions"
    for name in ("0001_event_store.sql", "0001_processing.sql"):
        op.get_bind().exec_driver_sql((here / name).read_text().replace("%", "%%"))
    op.execute("INSERT INTO meta VALUES ('schema', '1'), ('oldest', '1')")
