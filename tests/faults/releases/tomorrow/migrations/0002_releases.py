"""By which release a command was carried out and a worker runs: unknown, where that is the release before."""

from alembic import op

revision = "0002"
down_revision = "0001"

_APPENDING = "SELECT pg_get_functiondef('append_events'::regproc)"
_WITH_RELEASE = {
    "answer jsonb)": "answer jsonb, release text)",
    "answer, recorded_at)": "answer, recorded_at, release)",
    "answer, coalesce(clock, clock_timestamp()))": "answer, coalesce(clock, clock_timestamp()), given.release)",
}
"""What of the function is replaced, by what."""


def upgrade():
    """Add a column to both tables, and let appends fill one of them; who does not know of it leaves it empty."""
    for table in ("commands", "workers"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN release text")
    function = op.get_bind().exec_driver_sql(_APPENDING).scalar_one()
    for before, now in _WITH_RELEASE.items():
        assert function.count(before) == 1, before
        function = function.replace(before, now)
    op.get_bind().exec_driver_sql(function.replace("%", "%%"))
    op.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
