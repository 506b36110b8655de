"""The tables of the catalog. A change here needs a migration (migrations/versions) and a new VERSION."""

from datetime import UTC, datetime

import sqlalchemy as sa

VERSION = "5"  # of the schema: the newest migration


class Moment(sa.TypeDecorator[datetime]):
    """A point in time, UTC; databases that know no time zones get it without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value if value is None or dialect.name != "sqlite" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


schema = sa.MetaData()

documents = sa.Table(
    "documents",
    schema,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the bytes
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False, default=""),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("pages", sa.Integer, nullable=False, default=0),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("added_at", Moment, nullable=False, server_default=sa.func.now()),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),  # begun since a page was last recorded
    sa.Column("facts", sa.JSON(none_as_null=True)),  # as they were read; null before
    sa.Column("outline", sa.JSON(none_as_null=True)),
    sa.Column("corrections", sa.JSON, nullable=False, server_default="{}"),  # what somebody has set instead
)

# A document is in a collection because of a file found at a path. While a new version is read, the path leads to both:
# the one with the highest turn is the newest.
sources = sa.Table(
    "sources",
    schema,
    sa.Column("collection", sa.String(128), primary_key=True),
    sa.Column("path", sa.String(2048), primary_key=True),
    sa.Column("document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("turn", sa.Integer, nullable=False),
)

pages = sa.Table(
    "pages",
    schema,
    sa.Column("document_id", sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(8), nullable=False),  # layer, ocr, none; empty if it failed
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.Column("read_at", Moment, index=True),
    sa.Column("fingerprint", sa.String(64), nullable=False, server_default=""),  # empty if it can be compared to none
    sa.Column("visual", sa.Boolean, index=True),  # its image: true if embedded, false if refused, null if not tried
)

facts = sa.Table(
    "facts", schema, sa.Column("name", sa.String(64), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

keys = sa.Table(
    "keys",
    schema,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(128), nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),  # sha256 of the secret, which is random
    sa.Column("collections", sa.JSON, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)

conversations = sa.Table(
    "conversations",
    schema,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("owner", sa.String(32), nullable=False, index=True),  # id of a key; empty for callers without one
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

answers = sa.Table(
    "answers",
    schema,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON, byte for byte as it was sent
    sa.Column("turn", sa.JSON(none_as_null=True)),  # what a model goes on from; null for quotations
    sa.Column("verdict", sa.String(8)),  # up or down
    sa.Column("comment", sa.Text, nullable=False, default=""),
)

# The documents an answer was made from: it goes when one of them goes.
answer_documents = sa.Table(
    "answer_documents",
    schema,
    sa.Column("answer_id", sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("document_id", sa.String(64), primary_key=True, index=True),
)
