"""The schema as a whole: made at once in an empty database, checked at every opening, moved on by migrations.

An older program refuses a newer schema and writes nothing; a reader never migrates.
"""

from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.store.rows import Dialect, Rows
from monitor.store.views import views

if TYPE_CHECKING:
    from sqlalchemy import Connection

SCHEMA = "0006"  # the newest migration, by which databases are told apart


def found_schema(rows: Rows) -> str | None:
    """The schema of an open database, None when it is empty."""
    if rows.dialect == "sqlite":
        there = rows.row("SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = 'meta'")
    else:
        there = rows.row("SELECT 1 AS there FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'")
    if there is None:
        return None
    row = rows.row("SELECT value FROM meta WHERE key = 'schema'")
    return str(row["value"]) if row else None


def is_empty(rows: Rows) -> bool:
    """Whether nothing was ever made in this database: a first start was cut short, or is under way in another process."""
    if rows.dialect == "sqlite":
        return rows.row("SELECT 1 AS there FROM sqlite_master LIMIT 1") is None
    return rows.row("SELECT 1 AS there FROM pg_tables WHERE schemaname = current_schema() LIMIT 1") is None


def refuse_newer(schema: str) -> None:
    """Raises StoreError for a database that a newer program wrote."""
    if schema > SCHEMA:
        raise StoreError(
            f"the database was written by a newer monitor (schema {schema}, this program knows {SCHEMA}); nothing was changed",
            hint="use the newer program, or restore a backup made before the upgrade",
        )


def refuse_older(schema: str) -> None:
    """Raises StoreError for a database that must be upgraded before it can be read."""
    if schema < SCHEMA:
        raise StoreError(
            f"the database has schema {schema} and this program reads {SCHEMA}; nothing was changed", hint="monitor db upgrade"
        )


def create(connection: "Connection", dialect: Dialect) -> None:
    """Makes everything in an empty database: what the migrations give, without loading Alembic (a test holds the two equal)."""
    for statement in statements(dialect):
        connection.exec_driver_sql(statement)


def statements(dialect: Dialect) -> list[str]:
    """The statements that make the newest schema, in order."""
    from sqlalchemy import create_mock_engine, make_url
    from sqlmodel import SQLModel

    from monitor.store import tables, tables_of_work  # noqa: F401 - importing them fills the metadata

    made: list[str] = []
    url = make_url("sqlite://" if dialect == "sqlite" else "postgresql+psycopg://")
    spoken = url.get_dialect()()
    engine = create_mock_engine(
        url,
        lambda statement, *_, **__: made.append(str(statement.compile(dialect=spoken)).strip()),
    )
    SQLModel.metadata.create_all(engine, checkfirst=False)
    made += PLAIN_SQL[dialect] + views(dialect)
    made += [
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
        f"INSERT INTO alembic_version VALUES ('{SCHEMA}')",
        f"INSERT INTO meta (key, value) VALUES ('schema', '{SCHEMA}'), ('hash_v', '1')",
    ]
    return made


# the search index, one row for each revision: the words that were there before and those that came
PLAIN_SQL: dict[Dialect, list[str]] = {
    "sqlite": [
        "CREATE VIRTUAL TABLE doc USING fts5(before, after, content='', tokenize='ascii')",
    ],
    "postgresql": [
        "CREATE TABLE doc (revision_id BIGINT PRIMARY KEY REFERENCES revision(id), before TSVECTOR NOT NULL, after TSVECTOR NOT NULL)",
        "CREATE INDEX doc_before ON doc USING gin (before)",
        "CREATE INDEX doc_after ON doc USING gin (after)",
        "ALTER TABLE text ALTER COLUMN data SET STORAGE EXTERNAL",
        "ALTER TABLE raw ALTER COLUMN data SET STORAGE EXTERNAL",
        "ALTER TABLE change ALTER COLUMN data SET STORAGE EXTERNAL",
        "ALTER TABLE pack ALTER COLUMN data SET STORAGE EXTERNAL",
        "CREATE TABLE look_default PARTITION OF look DEFAULT",
    ],
}
