"""What is known of documents: as it was read, and as somebody has corrected it."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add columns; what documents of older versions say is read the next time somebody reads documents."""
    op.add_column("documents", sa.Column("facts", sa.JSON))
    op.add_column("documents", sa.Column("outline", sa.JSON))
    op.add_column("documents", sa.Column("corrections", sa.JSON, nullable=False, server_default="{}"))
