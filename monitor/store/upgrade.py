"""Moving an older database on, by Alembic: in one transaction, so that it is old or new and never between.

Alembic is imported only here: an up-to-date database is opened without it, an empty one is made without it (`schema.create`).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.store.schema import SCHEMA

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: "Engine", to: str = "head") -> None:
    """Runs what migrations are missing, and writes the schema they lead to."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection, connection.begin():
        _lock(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.exec_driver_sql(f"UPDATE meta SET value = '{SCHEMA if to == 'head' else to}' WHERE key = 'schema'")


def _lock(connection: "Connection") -> None:
    """On PostgreSQL two programs may start at once; on SQLite the transaction itself is the lock."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7306649)")
