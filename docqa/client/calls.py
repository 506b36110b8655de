"""Every route of the API as a value: what is sent, and how what comes back is read. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from docqa.client import nouns, operations
from docqa.client.decoding import decode
from docqa.client.uploads import Upload
from docqa.types import Box, Collection, Conversation, Document, Feedback, Verdict

T = TypeVar("T")
Image = bytes


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()
    statuses: tuple[int, ...] = (200,)  # that are answers, not errors


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and where to look. Empty means everywhere."""

    question: str
    collections: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()  # ranges, such as "3-5" or "9"
    budget_tokens: int | None = None
    max_images: int | None = None
    conversation_id: str | None = None

    def body(self, *, stream: bool) -> dict[str, Any]:
        """As JSON, without what is not said."""
        said = {
            "question": self.question,
            "collections": list(self.collections),
            "document_ids": list(self.document_ids),
            "pages": list(self.pages),
            "budget_tokens": self.budget_tokens,
            "max_images": self.max_images,
            "conversation_id": self.conversation_id,
        }
        return {name: value for name, value in said.items() if value not in (None, [])} | {"stream": stream}


def upload(uploads: Sequence[Upload], collection: str, password: str | None) -> Call[tuple[nouns.Uploaded, ...]]:
    """Send PDFs."""
    return Call(
        "POST",
        "/v1/documents",
        _list(nouns.Uploaded, "documents"),
        form={"collection": collection} | ({"password": password} if password else {}),
        uploads=tuple(uploads),
        statuses=(200, 202),
    )


def documents(
    *, collection: str | None, state: str | None, q: str | None, limit: int, offset: int
) -> Call[nouns.DocumentList]:
    """List documents."""
    query = {"collection": collection, "state": state, "q": q, "limit": str(limit), "offset": str(offset)}
    said = tuple((name, value) for name, value in query.items() if value)
    return Call("GET", "/v1/documents", _one(nouns.DocumentList), query=said)


def document(document_id: str) -> Call[nouns.DocumentDetail]:
    """One document."""
    return Call("GET", _document(document_id), _one(nouns.DocumentDetail))


def file(document_id: str) -> Call[bytes]:
    """Its PDF."""
    return Call("GET", f"{_document(document_id)}/file", _bytes)


def delete(document_id: str) -> Call[nouns.DeletionReceipt]:
    """Delete it."""
    return Call("DELETE", _document(document_id), _one(nouns.DeletionReceipt))


def describe(document_id: str, changes: Mapping[str, str | int | None]) -> Call[Document]:
    """Correct what is known of it."""
    return Call("PATCH", _document(document_id), _one(Document), body=changes)


def retry(document_id: str, password: str | None) -> Call[Document]:
    """Read what failed of it again."""
    body = {"password": password} if password else None
    return Call("POST", f"{_document(document_id)}/retry", _one(Document), body=body, statuses=(200, 202))


def retry_all(collection: str | None) -> Call[tuple[Document, ...]]:
    """Read again what failed."""
    read = _list(Document, "documents")
    return Call("POST", "/v1/retry", read, body={"collection": collection}, statuses=(200, 202))


def page(document_id: str, number: int) -> Call[nouns.PageText]:
    """What was read on a page."""
    return Call("GET", f"{_document(document_id)}/pages/{number}", _one(nouns.PageText))


def page_image(document_id: str, number: int, *, boxes: Sequence[Box], width: int | None) -> Call[Image]:
    """A page's image with boxes marked, JPEG."""
    query = [("box", f"{box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}") for box in boxes]
    if width:
        query.append(("width", str(width)))
    return Call("GET", f"{_document(document_id)}/pages/{number}.jpg", _bytes, query=tuple(query))


def collections() -> Call[tuple[Collection, ...]]:
    """Every collection."""
    return Call("GET", "/v1/collections", _list(Collection, "collections"))


def query(question: Question) -> Call[nouns.Answer]:
    """Ask, and get the whole answer."""
    return Call("POST", "/v1/query", _one(nouns.Answer), body=question.body(stream=False))


def search(question: Question, *, limit: int, rerank: bool) -> Call[nouns.Found]:
    """Find pages."""
    asked = {name: value for name, value in question.body(stream=False).items() if name != "stream"}
    return Call("POST", "/v1/search", _one(nouns.Found), body=asked | {"limit": limit, "rerank": rerank})


def conversations() -> Call[tuple[Conversation, ...]]:
    """Every conversation, the latest first."""
    return Call("GET", "/v1/conversations", _list(Conversation, "conversations"))


def conversation(conversation_id: str) -> Call[nouns.ConversationDetail]:
    """One conversation."""
    return Call("GET", f"/v1/conversations/{_part(conversation_id)}", _one(nouns.ConversationDetail))


def delete_conversation(conversation_id: str) -> Call[None]:
    """Delete it."""
    return Call("DELETE", f"/v1/conversations/{_part(conversation_id)}", _nothing, statuses=(200, 204))


def answer(answer_id: str) -> Call[nouns.Answer]:
    """One answer."""
    return Call("GET", f"/v1/answers/{_part(answer_id)}", _one(nouns.Answer))


def feedback(answer_id: str) -> Call[Feedback]:
    """What was said of it."""
    return Call("GET", f"/v1/answers/{_part(answer_id)}/feedback", _one(Feedback))


def rate(answer_id: str, verdict: Verdict | None, comment: str) -> Call[None]:
    """Say whether an answer was good."""
    body = {"verdict": verdict, "comment": comment}
    return Call("PUT", f"/v1/answers/{_part(answer_id)}/feedback", _nothing, body=body, statuses=(200, 204))


def models() -> Call[tuple[operations.Model, ...]]:
    """The models of the OpenAI-compatible routes."""
    return Call("GET", "/v1/models", _list(operations.Model, "data"))


def health() -> Call[None]:
    """Whether it runs."""
    return Call("GET", "/health", _nothing)


def ready() -> Call[operations.Readiness]:
    """Whether it can answer questions."""
    return Call("GET", "/ready", _one(operations.Readiness), statuses=(200, 503))


def version() -> Call[str]:
    """Its version."""
    return Call("GET", "/version", lambda response: str(response.json()["version"]))


def stats() -> Call[operations.Stats]:
    """What it did lately."""
    return Call("GET", "/stats", _one(operations.Stats))


def system() -> Call[operations.System]:
    """What runs."""
    return Call("GET", "/v1/system", _one(operations.System))


def doctor() -> Call[tuple[operations.Finding, ...]]:
    """Check everything."""
    return Call("POST", "/v1/doctor", _list(operations.Finding, "findings"))


def _one(kind: type[T]) -> Callable[[httpx.Response], T]:
    return lambda response: decode(kind, response.json())


def _list(kind: type[T], name: str) -> Callable[[httpx.Response], tuple[T, ...]]:
    return lambda response: tuple(decode(kind, each) for each in response.json()[name])


def _bytes(response: httpx.Response) -> bytes:
    return response.content


def _nothing(response: httpx.Response) -> None: ...


def _document(document_id: str) -> str:
    return f"/v1/documents/{_part(document_id)}"


def _part(text: str) -> str:
    return quote(text, safe="")
