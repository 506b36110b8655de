"""Keys of the API. A secret is shown once, when it is made; only its hash is kept."""

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from docqa.catalog.tables import keys as _keys
from docqa.errors import NotInLibrary, UsageError
from docqa.types import ApiKey

PREFIX = "docqa_"
SECRET_BYTES = 32


class Keys:
    """The keys that are valid."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def create(self, name: str, collections: Sequence[str] = (), *, secret: str | None = None) -> tuple[ApiKey, str]:
        """Make a key; without collections it may see all. Returns it and its secret, which is random unless given.

        Raises UsageError if there is a key of that name.
        """
        secret = secret or PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        key = ApiKey(uuid.uuid4().hex, name, tuple(sorted(set(collections))), datetime.now(UTC))
        row = {"id": key.id, "name": name, "hash": _hash(secret), "collections": list(key.collections)}
        try:
            with self._engine.begin() as connection:
                connection.execute(_keys.insert().values(created_at=key.created_at, **row))
        except sa.exc.IntegrityError as error:
            raise UsageError(f"There is a key called {name} already: delete it first, or take another name") from error
        return key, secret

    def find(self, secret: str) -> ApiKey | None:
        """The key with this secret."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_keys).where(_keys.c.hash == _hash(secret))).first()
        return _key(row) if row else None

    def list(self) -> Sequence[ApiKey]:
        """All keys in the order they were made."""
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(sa.select(_keys).order_by(_keys.c.created_at))]

    def any(self) -> bool:
        """Whether there is a key at all."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(_keys.c.id).limit(1)).first() is not None

    def delete(self, name: str) -> ApiKey:
        """Delete the key with this name or id.

        Raises NotInLibrary.
        """
        called = sa.or_(_keys.c.name == name, _keys.c.id == name)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(_keys).where(called)).first()
            if row is None:
                raise NotInLibrary(f"No key is called {name}: `docqa key list` shows those there are")
            connection.execute(_keys.delete().where(_keys.c.id == row.id))
        return _key(row)


def _hash(secret: str) -> str:
    """Fast on purpose: a secret of 256 random bits cannot be guessed, however fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: sa.Row[tuple[object, ...]]) -> ApiKey:
    return ApiKey(row.id, row.name, tuple(row.collections), row.created_at)
