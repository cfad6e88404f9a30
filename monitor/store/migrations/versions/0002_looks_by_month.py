"""Looks are partitioned by month on PostgreSQL, so that those of a month go at once. SQLite stays as it is."""

from datetime import UTC, timedelta

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    for statement in BEFORE:
        connection.exec_driver_sql(statement)
    found = connection.exec_driver_sql("SELECT DISTINCT date_trunc('month', to_timestamp(at / 1000.0) AT TIME ZONE 'UTC') FROM look_before")
    for (month,) in found.fetchall():
        low = month.replace(tzinfo=UTC)
        high = (low + timedelta(days=31)).replace(day=1)
        connection.exec_driver_sql(
            f"CREATE TABLE look_{low:%Y%m} PARTITION OF look FOR VALUES FROM ({low.timestamp():.0f}000) TO ({high.timestamp():.0f}000)"
        )
    for statement in AFTER:
        connection.exec_driver_sql(statement)


BEFORE = (
    "DROP VIEW v_looks",
    "ALTER TABLE look RENAME TO look_before",
    "ALTER TABLE look_before RENAME CONSTRAINT look_pkey TO look_before_pkey",
    """
CREATE TABLE look ( article_id BIGINT NOT NULL, at BIGINT NOT NULL, verdict SMALLINT NOT NULL, status SMALLINT, reason TEXT, rev
    INTEGER, url TEXT, ms INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (article_id, at) ) PARTITION BY RANGE (at)
""",
    "CREATE TABLE look_default PARTITION OF look DEFAULT",
)

AFTER = (
    "INSERT INTO look SELECT article_id, at, verdict, status, reason, rev, url, ms, bytes FROM look_before",
    "DROP TABLE look_before",
    """
CREATE VIEW v_looks AS SELECT look.article_id AS article, to_timestamp(look.at / 1000.0) AS at, CASE look.verdict WHEN 0 THEN
    'same' WHEN 1 THEN 'restamped' WHEN 2 THEN 'edited' WHEN 3 THEN 'new' WHEN 4 THEN 'held' WHEN 5 THEN 'suspect' WHEN 6 THEN
    'failed' WHEN 7 THEN 'gone' END AS verdict, look.status, look.reason, look.rev, COALESCE(look.url, article.url) AS url,
    look.ms, look.bytes FROM look JOIN article ON article.id = look.article_id
""",
)
