"""Which pages a model that embeds page images has seen."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Add a column; no page of older versions was seen."""
    op.add_column("pages", sa.Column("visual", sa.Boolean))
    op.create_index("ix_pages_visual", "pages", ["visual"])
