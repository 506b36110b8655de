"""The Python client against the API on a real server."""

import asyncio
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from docqa.api.app import build_app
from docqa.client import AsyncClient, Client, Done, EvidenceFound, KeyRefused, TooManyRequests
from docqa.errors import DocumentError, NotInLibrary, ServiceUnavailable, UsageError
from docqa.service import Service
from docqa.types import Feedback
from tests.api.conftest import MANUAL, QUESTION, REPORT, examples, running, workshop  # noqa: F401  fixtures


@pytest.fixture
def reader(examples: Service) -> Iterator[Client]:  # noqa: F811
    """A client of the examples."""
    with running(build_app(examples)) as address, Client(address) as client:
        yield client


@pytest.fixture
def writer(workshop: Service) -> Iterator[Client]:  # noqa: F811
    """A client of a library to change."""
    with running(build_app(workshop)) as address, Client(address) as client:
        yield client


def test_a_whole_answer_a_stream_and_the_history_hold_the_same(reader: Client) -> None:
    with reader.ask(QUESTION) as stream:
        events = list(stream)
    assert isinstance(events[0], EvidenceFound)
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert answer.status == "answered"
    assert answer.citations
    assert reader.answer(answer.id) == answer
    assert reader.conversation(answer.conversation_id).messages == (answer,)
    whole = reader.query(QUESTION)
    assert (whole.text, whole.citations) == (answer.text, answer.citations)


def test_a_follow_up_goes_on_in_its_conversation(reader: Client) -> None:
    first = reader.query(QUESTION)
    second = reader.ask("And who is the chair?", conversation_id=first.conversation_id).answer()
    assert [each.id for each in reader.conversation(first.conversation_id).messages] == [first.id, second.id]
    assert first.conversation_id in {each.id for each in reader.conversations()}
    reader.delete_conversation(first.conversation_id)
    with pytest.raises(NotInLibrary):
        reader.answer(first.id)


def test_a_question_keeps_to_its_scope(reader: Client) -> None:
    ids = {document.name: document.id for document in reader.documents().documents}
    found = reader.search("revenue", document_ids=[ids[MANUAL]], limit=3)
    assert {page.document for page in found.pages} <= {MANUAL}
    pages = reader.search("revenue", document_ids=[ids[REPORT]], pages=["2-3"]).pages
    assert {page.page for page in pages} <= {2, 3}


def test_documents_are_listed_in_parts_and_found_by_name(reader: Client) -> None:
    assert reader.documents(limit=1).total == 2
    assert [each.name for each in reader.documents(q="turbine").documents] == [MANUAL]
    (collection,) = reader.collections()
    assert (collection.name, collection.documents) == ("default", 2)


def test_a_page_comes_as_text_and_as_an_image_with_boxes(reader: Client) -> None:
    citation = reader.query(QUESTION).citations[0]
    page = reader.page(citation.document_id, citation.page)
    assert citation.quote.split()[0] in page.text
    plain = reader.page_image(citation.document_id, citation.page, width=300)
    marked = reader.page_image(citation.document_id, citation.page, boxes=citation.boxes, width=300)
    assert plain.startswith(b"\xff\xd8")
    assert marked != plain
    assert reader.file(citation.document_id).startswith(b"%PDF")


def test_an_upload_is_read_from_disk_and_waited_for(
    writer: Client,
    make_pdf: Callable[..., Path],
    workshop: Service,  # noqa: F811
) -> None:
    path = make_pdf("The harbour seal eats four kilos of fish a day.", name="seal.pdf")
    (uploaded,) = writer.upload(path, collection="animals")
    assert uploaded.new
    assert uploaded.state == "queued"
    with path.open("rb") as file:
        (again,) = writer.upload(file, collection="animals")
    assert not again.new
    with pytest.raises(ServiceUnavailable, match="docqa worker"):
        writer.wait(uploaded.id, poll_s=0.01, timeout_s=0.05)
    detail = writer.document(uploaded.id)
    assert [(source.collection, source.path) for source in detail.sources] == [("animals", "seal.pdf")]
    receipt = writer.delete(uploaded.id)
    assert (receipt.name, receipt.removed.sources) == ("seal.pdf", 1)
    with pytest.raises(NotInLibrary, match="There is no document"):
        writer.document(uploaded.id)


def test_a_file_that_came_with_its_folder_keeps_it(writer: Client, make_pdf: Callable[..., Path]) -> None:
    files = []
    for folder in ("north", "south"):
        file = io.BytesIO(make_pdf(f"All about the {folder}.").read_bytes())
        file.name = f"{folder}/report.pdf"
        files.append(file)
    uploaded = writer.upload(*files, collection="folders")
    assert [each.name for each in uploaded] == ["report.pdf", "report.pdf"]
    assert writer.documents(collection="folders").total == 2
    for each in uploaded:
        writer.delete(each.id)


def test_what_is_refused_says_so_in_the_servers_words(writer: Client) -> None:
    file = io.BytesIO(b"PK not a PDF")
    file.name = "letter.pdf"
    with pytest.raises((UsageError, DocumentError), match=r"letter\.pdf is not a PDF"):
        writer.upload(file)
    with pytest.raises(UsageError, match="cannot be opened"):
        writer.upload("nowhere.pdf")
    with pytest.raises(UsageError, match="No file"):
        writer.upload()
    with pytest.raises(UsageError, match="question"):
        writer.query("")


def test_an_answer_can_be_rated(reader: Client) -> None:
    answer = reader.query(QUESTION)
    reader.rate(answer.id, "up", "right")
    assert reader.feedback(answer.id) == Feedback("up", "right")
    assert reader.conversation(answer.conversation_id).feedback == {answer.id: Feedback("up", "right")}
    reader.rate(answer.id, None)
    assert reader.feedback(answer.id).verdict is None
    with pytest.raises(NotInLibrary):
        reader.rate("0" * 32, "down")


def test_the_api_tells_about_itself(reader: Client) -> None:
    reader.health()
    assert reader.ready().checks["index"].state == "ok"
    assert reader.version() == reader.system().version
    assert reader.stats().documents["done"] == 2
    assert {model.id for model in reader.models()} >= {"docqa", "docqa/default"}
    assert {finding.check for finding in reader.doctor()} >= {"embedding model", "model server"}
    assert reader.retry_all() == ()
    document = reader.documents().documents[0]
    assert reader.retry(document.id) == document


def test_a_key_is_sent_and_a_wrong_one_refused(workshop: Service) -> None:  # noqa: F811
    key, secret = workshop.library.catalog.keys.create("client test", ())
    try:
        with running(build_app(workshop)) as address:
            with Client(address, api_key=secret) as client:
                assert client.documents().total >= 2
            with Client(address) as client, pytest.raises(KeyRefused, match="docqa key create"):
                client.documents()
    finally:
        workshop.library.catalog.keys.delete(key.id)


def test_who_asks_too_often_is_told_when_to_come_back(examples: Service) -> None:  # noqa: F811
    api = examples.settings.api.model_copy(update={"requests_per_minute": 2})
    service = replace(examples, settings=examples.settings.model_copy(update={"api": api}))
    with running(build_app(service)) as address, Client(address) as client:
        with pytest.raises(TooManyRequests) as refused:
            for _ in range(4):
                client.version()
        assert refused.value.retry_after_s > 0


def test_the_async_client_does_the_same(examples: Service, make_pdf: Callable[..., Path]) -> None:  # noqa: F811
    async def talk(address: str) -> None:
        async with AsyncClient(address) as client:
            answer = await (await client.ask(QUESTION)).answer()
            assert answer == await client.answer(answer.id)
            assert await client.feedback(answer.id) == Feedback()
            async with await client.ask(QUESTION) as stream:
                async for event in stream:
                    assert isinstance(event, EvidenceFound)
                    break
            assert (await client.documents()).total == 2
            with pytest.raises(NotInLibrary):
                await client.wait("0" * 64)
            with pytest.raises(UsageError):
                await client.upload()

    with running(build_app(examples)) as address:
        asyncio.run(talk(address))
