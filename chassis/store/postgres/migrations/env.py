"""What Alembic runs: the steps over the connection that ``chassis.store.postgres.migrating`` holds its lock on."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
