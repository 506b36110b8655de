"""Who may see what. Every request passes the gate; every route asks Access before it shows or searches anything."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import Depends, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from docqa import facts
from docqa.addresses import is_loopback
from docqa.api import problems, reference
from docqa.api.limits import Rates
from docqa.api.problems import Problem, Refused
from docqa.errors import DocQAError, NotInLibrary
from docqa.facts import Known
from docqa.library import Library
from docqa.sections import ApiSettings
from docqa.types import ApiKey, Document, DocumentState, Scope

log = logging.getLogger("docqa.api")

OPEN = {"/health", "/openapi.json", *reference.PATHS}  # to whoever asks: they tell nothing of a library
NAMED_AT_ONCE = 10_000  # documents in one query
UNKNOWABLE = "The catalog, which knows the keys, cannot be asked: the log of the API says why"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Access:
    """What one caller may see of a library: all, or what is in the collections of the key."""

    library: Library
    key: ApiKey | None

    @property
    def owner(self) -> str:
        """Whose conversations these are."""
        return self.key.id if self.key else ""

    @property
    def collections(self) -> tuple[str, ...]:
        """The only ones that may be seen; empty if all may."""
        return self.key.collections if self.key else ()

    def require_all(self) -> None:
        """Raises Refused if there is anything this caller may not see."""
        if self.collections:
            detail = "This tells about the whole library: use a key that is not limited to collections"
            raise Refused(Problem(403, "Forbidden", detail))

    def require_collection(self, name: str) -> None:
        """Raises Refused if this caller may not put documents into this collection."""
        if self.collections and name not in self.collections:
            detail = f"This key may use {', '.join(self.collections)}, not {name}: name one of these as collection"
            raise Refused(Problem(403, "Forbidden", detail))

    def require_only(self, document: Document) -> None:
        """Raises Refused if the same document is in collections, too, that this caller may not see."""
        if self.collections and self._is_shared(document.id):
            detail = "Others have this document, too: use a key that is not limited to collections"
            raise Refused(Problem(403, "Forbidden", detail))

    def documents(self, *, collection: str | None = None) -> list[Document]:
        """The documents there are, or those of a collection.

        Raises NotInLibrary if there is no such collection.
        """
        chosen = self._chosen([] if collection is None else [collection])
        return self._as_seen(self.library.catalog.documents(collections=chosen))

    def listed(
        self, *, collection: str | None, state: DocumentState | None, q: str, limit: int, offset: int
    ) -> tuple[list[Document], int]:
        """Some of the documents in the order they came, and how many there are with `q` in their name or title.

        Raises NotInLibrary if there is no such collection.
        """
        chosen = self._chosen([] if collection is None else [collection])
        catalog = self.library.catalog
        if not q:
            found = catalog.listed(collections=chosen, state=state, limit=limit, offset=offset)
            return self._as_seen(found), catalog.count(collections=chosen, state=state)
        if self.collections:
            titles = [
                (each.id, each.name, each.title)
                for each in self.documents(collection=collection)
                if state in (None, each.state)
            ]
        else:
            titles = catalog.titles(collections=chosen, state=state)
        ids = _called(q, titles)
        return self._as_seen(catalog.documents(ids=ids[offset : offset + limit])), len(ids)

    def document(self, document_id: str) -> Document:
        """Raises NotInLibrary if it is not there, or not for this caller."""
        found = self._as_seen(self.library.catalog.documents(ids=[document_id], collections=self.collections))
        if not found:
            raise NotInLibrary(f"There is no document {document_id[:12]}: GET /v1/documents lists those there are")
        return found[0]

    def sources(self, document: Document) -> list[tuple[str, str]]:
        """(collection, path) of the files with its bytes."""
        return self.library.catalog.sources.of(document.id, collections=self.collections)

    def names(self, document_ids: Iterable[str]) -> dict[str, str]:
        """What documents are called for this caller; those that are not there for them are left out."""
        catalog, ids = self.library.catalog, list(document_ids)
        found: dict[str, str] = {}
        for start in range(0, len(ids), NAMED_AT_ONCE):
            some = ids[start : start + NAMED_AT_ONCE]
            found |= (
                catalog.sources.names(some, collections=self.collections) if self.collections else catalog.names(some)
            )
        return found

    def scope(
        self,
        *,
        collections: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        pages: Sequence[tuple[int, int]] = (),
    ) -> Scope:
        """Where to search: what is asked for, which must be there for this caller, or else all that is.

        Raises NotInLibrary.
        """
        wanted = tuple(dict.fromkeys(document_ids))
        found = {document.id for document in self.library.catalog.documents(ids=wanted, collections=self.collections)}
        if missing := [document_id for document_id in wanted if document_id not in found]:
            raise NotInLibrary(f"There is no document {missing[0][:12]}: GET /v1/documents lists those there are")
        return Scope(document_ids=wanted, collections=self._chosen(collections), pages=tuple(pages))

    def _chosen(self, collections: Sequence[str]) -> tuple[str, ...]:
        """The collections asked for, or all that may be seen; empty only if nothing is asked for and all may be."""
        known = self.collections or (tuple(self.library.catalog.sources.collections()) if collections else ())
        if missing := [name for name in collections if name not in known]:
            raise NotInLibrary(f"No collection is called {missing[0]}: there are {', '.join(known) or 'none yet'}")
        return tuple(dict.fromkeys(collections)) or self.collections

    def _as_seen(self, documents: list[Document]) -> list[Document]:
        """Documents without what other collections know of them."""
        if not self.collections:
            return documents
        ids = [document.id for document in documents]
        names = self.names(ids)
        known = self.library.catalog.descriptions.of(ids)
        return [self._seen(each, names.get(each.id, ""), known[each.id]) for each in documents if each.id in known]

    def _seen(self, document: Document, name: str, known: Known) -> Document:
        """A document under its name here; of one that others have, too, only what was read, not what they corrected."""
        collections = tuple(each for each in document.collections if each in self.collections)
        corrections = known.corrections if collections == document.collections else {}
        told = facts.effective(known.read, corrections, name=name)
        return replace(
            document,
            name=name,
            collections=collections,
            title=told.title,
            organisation=told.organisation,
            year=told.year,
            kind=told.kind,
            corrected=facts.corrected(corrections),
        )

    def _is_shared(self, document_id: str) -> bool:
        return any(name not in self.collections for name, _ in self.library.catalog.sources.of(document_id))


def _called(q: str, titles: list[tuple[str, str, str]]) -> list[str]:
    """Ids of those of (id, name, title) that have this in their name or title.

    Databases differ in which letters they count as the same, so none of them compares.
    """
    wanted = q.casefold()
    return [id for id, name, title in titles if wanted in name.casefold() or wanted in title.casefold()]


def access(request: Request) -> Access:
    """What the caller of this request may see."""
    found: Access = request.state.access
    return found


Caller = Annotated[Access, Depends(access)]


class Gate:
    """Lets requests in whose key is valid, or any from this machine as long as no key exists; counts them."""

    def __init__(self, app: ASGIApp, *, library: Library, settings: ApiSettings, rates: Rates) -> None:
        self._app = app
        self._library = library
        self._settings = settings
        self._rates = rates
        self._names = {"localhost", settings.host.lower(), *(name.lower() for name in settings.hosts)}

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] == "http" and connection["path"] not in OPEN:
            headers = Headers(scope=connection)
            try:
                key = await self._key(headers, connection)
                self._rates.count(f"key {key.id}" if key else _address(connection))
            except Refused as refused:
                await problems.response(refused.problem, connection)(connection, receive, send)
                return
            except DocQAError as error:
                log.warning("Nobody is let in: %s", error)
                problem = replace(problems.of(error), detail=UNKNOWABLE)  # who asks is not known to be let in
                await problems.response(problem, connection)(connection, receive, send)
                return
            connection.setdefault("state", {})["access"] = Access(self._library, key)
        await self._app(connection, receive, send)

    async def _key(self, headers: Headers, connection: Connection) -> ApiKey | None:
        keys = self._library.catalog.keys
        secret = _secret(headers)
        if secret and (key := await run_sync(keys.find, secret)):
            return key
        if is_loopback(self._settings.host) and not await run_sync(keys.any):
            self._require_this_machine(headers, connection["method"])
            return None
        self._rates.count(_address(connection))
        said = "This key is not valid" if secret else "A key is needed"
        detail = f"{said}: send Authorization: Bearer docqa_..., with a key that `docqa key create` made"
        raise Refused(Problem(401, "Unauthorized", detail, {"WWW-Authenticate": "Bearer"}))

    def _require_this_machine(self, headers: Headers, method: str) -> None:
        """Refuse what other people's web pages could make a browser on this machine send."""
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if name not in self._names and not is_loopback(name):
            detail = f"docqa does not go by the name {name or '(none)'}: use localhost, or set DOCQA_API__HOSTS"
            raise Refused(Problem(421, "Misdirected request", detail))
        origin = headers.get("origin")
        if method in SAFE_METHODS or origin is None or origin in self._settings.cors_origins:
            return
        if urlsplit(origin).netloc != host:
            detail = f"Web pages of {origin} may not change the library: set DOCQA_API__CORS_ORIGINS if they should"
            raise Refused(Problem(403, "Forbidden", detail))


def _secret(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else headers.get("x-api-key")


def _address(connection: Connection) -> str:
    client = connection.get("client")
    return f"address {client[0]}" if client else "address unknown"
