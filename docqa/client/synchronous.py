"""The API's client for threads."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self, TypeVar

import httpx

from docqa.client import calls, nouns, operations, transport
from docqa.client.calls import Call, Question
from docqa.client.problems import error_of, translated
from docqa.client.stream import AnswerStream
from docqa.client.uploads import Uploadable, opened
from docqa.errors import ServiceUnavailable
from docqa.types import Box, Collection, Conversation, Document, DocumentState, Feedback, Verdict

T = TypeVar("T")


class Client:
    """docqa over HTTP. Any number of threads may use one; close it, or use it as a context manager.

    Every method raises a DocQAError with the server's own words, ServiceUnavailable if there is no server.
    """

    def __init__(self, url: str, api_key: str | None = None, timeout_s: float = 120) -> None:
        self.url = url.rstrip("/")
        with translated(url):
            self._http = httpx.Client(
                base_url=self.url,
                headers=transport.headers(api_key),
                timeout=transport.limits(timeout_s),
                trust_env=transport.through_proxy(url),
            )

    def upload(
        self, *files: Uploadable, collection: str = "default", password: str | None = None
    ) -> tuple[nouns.Uploaded, ...]:
        """Send PDFs, by path or as open files; they are read from the disk while they are sent.

        Returns at once: a worker reads them. The same bytes again change nothing; other bytes of the same name are
        its next version. A password is tried on those that need one, and kept nowhere.

        Raises DocumentError if it opens not all of them.
        """
        with opened(files) as uploads:
            return self._send(calls.upload(uploads, collection, password))

    def wait(
        self,
        document_id: str,
        *,
        progress: Callable[[nouns.DocumentDetail], None] | None = None,
        poll_s: float = 0.5,
        timeout_s: float | None = None,
    ) -> nouns.DocumentDetail:
        """Wait until a document is done or failed; `progress` is told how far it is.

        Raises ServiceUnavailable if that takes longer than timeout_s.
        """
        started = time.monotonic()
        while True:
            document = self.document(document_id)
            if progress:
                progress(document)
            if document.state in ("done", "failed"):
                return document
            if timeout_s is not None and time.monotonic() - started > timeout_s:
                raise ServiceUnavailable(
                    f"{document.name} is {document.state} after {timeout_s:g} s: see that a worker runs (docqa worker)"
                )
            time.sleep(poll_s)

    def documents(
        self,
        *,
        collection: str | None = None,
        state: DocumentState | None = None,
        q: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> nouns.DocumentList:
        """Documents in the order they came; `q` is looked for in names and titles."""
        return self._send(calls.documents(collection=collection, state=state, q=q, limit=limit, offset=offset))

    def document(self, document_id: str) -> nouns.DocumentDetail:
        """A document: its state, its pages, where it came from.

        Raises NotInLibrary.
        """
        return self._send(calls.document(document_id))

    def file(self, document_id: str) -> bytes:
        """Its PDF, whole in memory."""
        return self._send(calls.file(document_id))

    def delete(self, document_id: str) -> nouns.DeletionReceipt:
        """Delete a document from the index, the disk, the catalog and the conversations."""
        return self._send(calls.delete(document_id))

    def describe(self, document_id: str, changes: Mapping[str, str | int | None]) -> Document:
        """Correct a document's title, organisation, year or kind; None takes a correction back."""
        return self._send(calls.describe(document_id, changes))

    def retry(self, document_id: str, password: str | None = None) -> Document:
        """Read again what failed of a document; if it needs a password, with that.

        Raises DocumentError if the password is wrong.
        """
        return self._send(calls.retry(document_id, password))

    def retry_all(self, collection: str | None = None) -> tuple[Document, ...]:
        """Read again whatever failed; the documents that will be."""
        return self._send(calls.retry_all(collection))

    def page(self, document_id: str, number: int) -> nouns.PageText:
        """What was read on a page (1-based)."""
        return self._send(calls.page(document_id, number))

    def page_image(
        self, document_id: str, number: int, *, boxes: Sequence[Box] = (), width: int | None = None
    ) -> bytes:
        """A page's image, JPEG, with these boxes marked; `width` in pixels."""
        return self._send(calls.page_image(document_id, number, boxes=boxes, width=width))

    def collections(self) -> tuple[Collection, ...]:
        """Every collection and its size."""
        return self._send(calls.collections())

    def query(
        self,
        question: str,
        *,
        collections: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        pages: Sequence[str] = (),
        budget_tokens: int | None = None,
        max_images: int | None = None,
        conversation_id: str | None = None,
    ) -> nouns.Answer:
        """The whole answer to a question; what the documents do not hold is answered with the status not_found."""
        return self._send(
            calls.query(
                Question(
                    question,
                    tuple(collections),
                    tuple(document_ids),
                    tuple(pages),
                    budget_tokens,
                    max_images,
                    conversation_id,
                )
            )
        )

    def search(
        self,
        question: str,
        *,
        collections: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        pages: Sequence[str] = (),
        limit: int = 10,
        rerank: bool = False,
    ) -> nouns.Found:
        """The pages that speak of a question, best first."""
        return self._send(
            calls.search(
                Question(question, tuple(collections), tuple(document_ids), tuple(pages)), limit=limit, rerank=rerank
            )
        )

    def conversations(self) -> tuple[Conversation, ...]:
        """Conversations, the latest first."""
        return self._send(calls.conversations())

    def conversation(self, conversation_id: str) -> nouns.ConversationDetail:
        """A conversation with its answers, oldest first."""
        return self._send(calls.conversation(conversation_id))

    def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its answers."""
        self._send(calls.delete_conversation(conversation_id))

    def answer(self, answer_id: str) -> nouns.Answer:
        """An answer as it was given."""
        return self._send(calls.answer(answer_id))

    def feedback(self, answer_id: str) -> Feedback:
        """What was said of an answer; a verdict of None if nothing was, or it was taken back."""
        return self._send(calls.feedback(answer_id))

    def rate(self, answer_id: str, verdict: Verdict | None, comment: str = "") -> None:
        """Say that an answer was good or bad; None takes it back."""
        self._send(calls.rate(answer_id, verdict, comment))

    def models(self) -> tuple[operations.Model, ...]:
        """The models of the OpenAI-compatible routes."""
        return self._send(calls.models())

    def health(self) -> None:
        """Return if the API runs.

        Raises ServiceUnavailable.
        """
        self._send(calls.health())

    def ready(self) -> operations.Readiness:
        """Whether the API can answer questions, and what it lacks."""
        return self._send(calls.ready())

    def version(self) -> str:
        """The version of the server."""
        return self._send(calls.version())

    def stats(self) -> operations.Stats:
        """What the library holds and what the API did lately."""
        return self._send(calls.stats())

    def system(self) -> operations.System:
        """What runs, with which limits."""
        return self._send(calls.system())

    def doctor(self) -> tuple[operations.Finding, ...]:
        """Run every check of docqa doctor; takes seconds."""
        return self._send(calls.doctor())

    def ask(
        self,
        question: str,
        *,
        collections: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        pages: Sequence[str] = (),
        budget_tokens: int | None = None,
        max_images: int | None = None,
        conversation_id: str | None = None,
    ) -> AnswerStream:
        """Ask, and hear the answer as it is made; close the stream to stop the model."""
        asked = Question(
            question, tuple(collections), tuple(document_ids), tuple(pages), budget_tokens, max_images, conversation_id
        )
        with translated(self.url):
            request = transport.stream_request(self._http, asked)
            response = self._http.send(request, stream=True)
            if response.status_code != 200:
                response.read()
                raise error_of(response)
        return AnswerStream(response, self.url)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _send(self, call: Call[T]) -> T:
        with translated(self.url):
            response = self._http.send(transport.request(self._http, call))
        return transport.received(call, response)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
