"""What the service needs: attempts and times of reading, keys, conversations and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Add columns and tables."""
    moment = sa.DateTime(timezone=True)
    op.add_column("documents", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("pages", sa.Column("read_at", moment))
    op.create_index("ix_pages_read_at", "pages", ["read_at"])
    op.execute("DELETE FROM facts WHERE name = 'schema'")  # alembic_version says it now
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(128), nullable=False, unique=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("collections", sa.JSON, nullable=False),
        sa.Column("created_at", moment, nullable=False),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("owner", sa.String(32), nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("turn", sa.JSON),
        sa.Column("verdict", sa.String(8)),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "answer_documents",
        sa.Column("answer_id", sa.String(32), sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("document_id", sa.String(64), primary_key=True, index=True),
    )
