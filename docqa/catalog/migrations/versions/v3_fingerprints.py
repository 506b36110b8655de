"""What pages are made of, so that a new version of a document is read only where it changed."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Add a column; pages read before have no fingerprint, and are read again in a new version."""
    op.add_column("pages", sa.Column("fingerprint", sa.String(64), nullable=False, server_default=""))
