"""What the library holds, in SQLite or PostgreSQL. All that knows SQLAlchemy."""

from docqa.catalog.documents import Catalog

__all__ = ["Catalog"]
