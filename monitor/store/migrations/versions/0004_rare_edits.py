"""Edits of a rare kind, severity or disclosure are found without passing all others; a feed's articles in their order."""

from alembic import op

revision = "0004"
down_revision = "0003"

KINDS = 25  # as many as there were then


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


STATEMENTS = (
    "DROP INDEX edit_level",
    "CREATE INDEX edit_medium ON edit (id) WHERE level >= 2",
    "CREATE INDEX edit_high ON edit (id) WHERE level >= 3",
    "CREATE INDEX edit_undisclosed ON edit (id) WHERE disclosed = 0",
    *(f"CREATE INDEX edit_kind_{bit} ON edit (id) WHERE (kinds & {1 << bit}) <> 0" for bit in range(KINDS)),
    "CREATE INDEX listing_of_feed ON listing (feed_id, article_id)",
)
