"""Alembic's way in: the connection comes from `upgrade`, with its transaction already begun."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True, transaction_per_migration=False)
context.run_migrations()
