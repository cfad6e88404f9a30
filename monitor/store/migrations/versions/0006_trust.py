"""How many looks at a host's pages gave no whole article, by day and reason."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL)


TABLE = """
CREATE TABLE trust ( host_id BIGINT NOT NULL, day BIGINT NOT NULL, reason TEXT NOT NULL, looks BIGINT NOT NULL, PRIMARY KEY (host_id,
    day, reason) )
"""
SQLITE = f"{TABLE} WITHOUT ROWID"
POSTGRESQL = TABLE
