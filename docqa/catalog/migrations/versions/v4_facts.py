"""What is known of documents: as it was read, and as somebody has corrected it."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add columns; what documents of older versions say is read the next time somebody reads documents.

    For a while new catalogs were made with these columns and yet marked as the version before.
    """
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("documents")}
    added = [
        sa.Column("facts", sa.JSON),
        sa.Column("outline", sa.JSON),
        sa.Column("corrections", sa.JSON, nullable=False, server_default="{}"),
    ]
    for column in added:
        if column.name not in there:
            op.add_column("documents", column)
