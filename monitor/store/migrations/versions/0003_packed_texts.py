"""Older texts lie together in packs; an edit keeps which watched phrases came and went; revisions are found by when they were seen."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


BOTH = (
    "ALTER TABLE text ADD COLUMN pack_id BIGINT",
    "ALTER TABLE text ADD COLUMN pack_at INTEGER",
    "ALTER TABLE edit ADD COLUMN watched TEXT",
    "CREATE INDEX revision_seen ON revision (first_seen_at)",
)
SQLITE = (
    "CREATE TABLE pack ( id INTEGER NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (id) )",
    *BOTH,
)
POSTGRESQL = (
    "CREATE TABLE pack ( id BIGSERIAL NOT NULL, crc BIGINT NOT NULL, size INTEGER NOT NULL, data BYTEA NOT NULL, PRIMARY KEY (id) )",
    "ALTER TABLE pack ALTER COLUMN data SET STORAGE EXTERNAL",
    *BOTH,
)
