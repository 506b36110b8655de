"""The API's client for asyncio."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self, TypeVar

import httpx

from docqa.client import calls, nouns, operations, transport
from docqa.client.calls import Call, Question
from docqa.client.problems import error_of, translated
from docqa.client.stream import AsyncAnswerStream
from docqa.client.uploads import Uploadable, opened
from docqa.errors import ServiceUnavailable
from docqa.types import Box, Collection, Conversation, Document, DocumentState, Feedback, Verdict

T = TypeVar("T")


class AsyncClient:
    """The same as Client, to be awaited; close it, or use it as an async context manager."""

    def __init__(self, url: str, api_key: str | None = None, timeout_s: float = 120) -> None:
        self.url = url.rstrip("/")
        with translated(url):
            self._http = httpx.AsyncClient(
                base_url=self.url,
                headers=transport.headers(api_key),
                timeout=transport.limits(timeout_s),
                trust_env=transport.through_proxy(url),
            )

    async def upload(
        self, *files: Uploadable, collection: str = "default", password: str | None = None
    ) -> tuple[nouns.Uploaded, ...]:
        """Send PDFs, by path or as open files; they are read from the disk while they are sent.

        Returns at once: a worker reads them. The same bytes again change nothing; other bytes of the same name are
        its next version. A password is tried on those that need one, and kept nowhere.

        Raises DocumentError if it opens not all of them.
        """
        with opened(files) as uploads:
            return await self._send(calls.upload(uploads, collection, password))

    async def wait(
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
            document = await self.document(document_id)
            if progress:
                progress(document)
            if document.state in ("done", "failed"):
                return document
            if timeout_s is not None and time.monotonic() - started > timeout_s:
                raise ServiceUnavailable(
                    f"{document.name} is {document.state} after {timeout_s:g} s: see that a worker runs (docqa worker)"
                )
            await asyncio.sleep(poll_s)

    async def documents(
        self,
        *,
        collection: str | None = None,
        state: DocumentState | None = None,
        q: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> nouns.DocumentList:
        """Documents in the order they came; `q` is looked for in names and titles."""
        return await self._send(calls.documents(collection=collection, state=state, q=q, limit=limit, offset=offset))

    async def document(self, document_id: str) -> nouns.DocumentDetail:
        """A document: its state, its pages, where it came from.

        Raises NotInLibrary.
        """
        return await self._send(calls.document(document_id))

    async def file(self, document_id: str) -> bytes:
        """Its PDF, whole in memory."""
        return await self._send(calls.file(document_id))

    async def delete(self, document_id: str) -> nouns.DeletionReceipt:
        """Delete a document from the index, the disk, the catalog and the conversations."""
        return await self._send(calls.delete(document_id))

    async def describe(self, document_id: str, changes: Mapping[str, str | int | None]) -> Document:
        """Correct a document's title, organisation, year or kind; None takes a correction back."""
        return await self._send(calls.describe(document_id, changes))

    async def retry(self, document_id: str, password: str | None = None) -> Document:
        """Read again what failed of a document; if it needs a password, with that.

        Raises DocumentError if the password is wrong.
        """
        return await self._send(calls.retry(document_id, password))

    async def retry_all(self, collection: str | None = None) -> tuple[Document, ...]:
        """Read again whatever failed; the documents that will be."""
        return await self._send(calls.retry_all(collection))

    async def page(self, document_id: str, number: int) -> nouns.PageText:
        """What was read on a page (1-based)."""
        return await self._send(calls.page(document_id, number))

    async def page_image(
        self, document_id: str, number: int, *, boxes: Sequence[Box] = (), width: int | None = None
    ) -> bytes:
        """A page's image, JPEG, with these boxes marked; `width` in pixels."""
        return await self._send(calls.page_image(document_id, number, boxes=boxes, width=width))

    async def collections(self) -> tuple[Collection, ...]:
        """Every collection and its size."""
        return await self._send(calls.collections())

    async def query(
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
        return await self._send(
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

    async def search(
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
        return await self._send(
            calls.search(
                Question(question, tuple(collections), tuple(document_ids), tuple(pages)), limit=limit, rerank=rerank
            )
        )

    async def conversations(self) -> tuple[Conversation, ...]:
        """Conversations, the latest first."""
        return await self._send(calls.conversations())

    async def conversation(self, conversation_id: str) -> nouns.ConversationDetail:
        """A conversation with its answers, oldest first."""
        return await self._send(calls.conversation(conversation_id))

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its answers."""
        await self._send(calls.delete_conversation(conversation_id))

    async def answer(self, answer_id: str) -> nouns.Answer:
        """An answer as it was given."""
        return await self._send(calls.answer(answer_id))

    async def feedback(self, answer_id: str) -> Feedback:
        """What was said of an answer; a verdict of None if nothing was, or it was taken back."""
        return await self._send(calls.feedback(answer_id))

    async def rate(self, answer_id: str, verdict: Verdict | None, comment: str = "") -> None:
        """Say that an answer was good or bad; None takes it back."""
        await self._send(calls.rate(answer_id, verdict, comment))

    async def models(self) -> tuple[operations.Model, ...]:
        """The models of the OpenAI-compatible routes."""
        return await self._send(calls.models())

    async def health(self) -> None:
        """Return if the API runs.

        Raises ServiceUnavailable.
        """
        await self._send(calls.health())

    async def ready(self) -> operations.Readiness:
        """Whether the API can answer questions, and what it lacks."""
        return await self._send(calls.ready())

    async def version(self) -> str:
        """The version of the server."""
        return await self._send(calls.version())

    async def stats(self) -> operations.Stats:
        """What the library holds and what the API did lately."""
        return await self._send(calls.stats())

    async def system(self) -> operations.System:
        """What runs, with which limits."""
        return await self._send(calls.system())

    async def doctor(self) -> tuple[operations.Finding, ...]:
        """Run every check of docqa doctor; takes seconds."""
        return await self._send(calls.doctor())

    async def ask(
        self,
        question: str,
        *,
        collections: Sequence[str] = (),
        document_ids: Sequence[str] = (),
        pages: Sequence[str] = (),
        budget_tokens: int | None = None,
        max_images: int | None = None,
        conversation_id: str | None = None,
    ) -> AsyncAnswerStream:
        """Ask, and hear the answer as it is made; close the stream to stop the model."""
        asked = Question(
            question, tuple(collections), tuple(document_ids), tuple(pages), budget_tokens, max_images, conversation_id
        )
        with translated(self.url):
            request = transport.stream_request(self._http, asked)
            response = await self._http.send(request, stream=True)
            if response.status_code != 200:
                await response.aread()
                raise error_of(response)
        return AsyncAnswerStream(response, self.url)

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def _send(self, call: Call[T]) -> T:
        with translated(self.url):
            response = await self._http.send(transport.request(self._http, call))
        return transport.received(call, response)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
