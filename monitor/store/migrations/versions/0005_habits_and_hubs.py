"""How outlets edit is learnt; evidence of an edit goes first; feeds are subscribed at their hubs."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


BOTH = (
    "ALTER TABLE watch ADD COLUMN stirred SMALLINT NOT NULL DEFAULT 0",
    "CREATE INDEX watch_stirred ON watch (host_id) WHERE stirred = 1",
    """
CREATE TABLE habit ( host_id BIGINT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (host_id) )
""",
)
SUBSCRIPTION = """
CREATE TABLE subscription ( feed_id BIGINT NOT NULL, topic TEXT NOT NULL, hub TEXT NOT NULL, token TEXT NOT NULL, secret TEXT NOT
    NULL, state SMALLINT NOT NULL, due_at BIGINT, until BIGINT, failures BIGINT NOT NULL, pushed_at BIGINT, PRIMARY KEY (feed_id),
    UNIQUE (token) )
"""
SQLITE = (*BOTH, SUBSCRIPTION)
POSTGRESQL = (*BOTH, SUBSCRIPTION)
