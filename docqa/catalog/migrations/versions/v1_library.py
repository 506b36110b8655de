"""The first schema: documents, sources, pages, facts."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing: databases that are marked as this version have its tables."""
