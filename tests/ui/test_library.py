"""The page that looks after the documents."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from docqa.client import Client
from docqa.service import Service
from ingest.sandbox import Sandbox
from tests.api.conftest import MANUAL, REPORT, read_queued
from tests.conftest import PASSWORD
from tests.ui.conftest import Open, drawn, go, words


def library(open_page: Open, address: str, **query: str) -> AppTest:
    return go(open_page(address), "library", **query)


def ids(address: str) -> dict[str, str]:
    with Client(address) as client:
        return {each.name: each.id for each in client.documents().documents}


def test_an_empty_library_says_what_to_do(open_page: Open, empty_address: str) -> None:
    page = library(open_page, empty_address)
    assert "The library is empty" in words(page)


def test_documents_are_listed_with_their_state_and_counted(open_page: Open, reading_address: str) -> None:
    page = library(open_page, reading_address)
    rows = {row["name"]: row for row in drawn(page, "documents_table")["rows"]}
    assert set(rows) == {REPORT, MANUAL}
    assert (rows[REPORT]["state"], rows[REPORT]["pages"], rows[REPORT]["collections"]) == ("done", "4", ["default"])
    assert "2 documents, 7 pages" in words(page)


def test_documents_are_found_by_name(open_page: Open, reading_address: str) -> None:
    page = library(open_page, reading_address)
    page.text_input[0].set_value("turbine").run()
    assert [row["name"] for row in drawn(page, "documents_table")["rows"]] == [MANUAL]
    page.text_input[0].set_value("nothing like it").run()
    assert "No document fits" in words(page)


def test_uploads_are_stored_and_their_outcome_told_one_by_one(
    open_page: Open, writing_address: str, make_pdf: Callable[..., Path]
) -> None:
    page = library(open_page, writing_address)
    pdf = make_pdf("The lighthouse keeper counts ships.", name="lighthouse.pdf").read_bytes()
    page.file_uploader[0].set_value(
        [("lighthouse.pdf", pdf, "application/pdf"), ("letter.pdf", b"PK no", "application/pdf")]
    ).run()
    assert not page.exception
    assert "1 added, 1 refused" in words(page)
    assert "is not a PDF" in words(page).replace("\\", "")
    assert "nothing of this upload" not in words(page)  # one was added
    rows = {row["name"]: row for row in drawn(page, "documents_table")["rows"]}
    assert rows["lighthouse.pdf"]["state"] == "queued"
    assert "No worker runs" in words(page)
    with Client(writing_address) as client:
        client.delete(ids(writing_address)["lighthouse.pdf"])


def test_a_document_shows_each_page_and_how_it_was_read(open_page: Open, reading_address: str) -> None:
    page = library(open_page, reading_address, document=ids(reading_address)[REPORT], page="2")
    strip = drawn(page, "pages_strip")
    assert strip["now"] == 2
    assert [leaf["kind"] for leaf in strip["pages"]] == ["layer", "layer", "layer", "ocr"]
    assert "Page 2" in words(page)
    assert page.get("download_button")[0].proto.label == "Download"
    assert "Revenue by activity" in words(page) or page.text


def test_what_a_document_is_can_be_corrected(
    open_page: Open, writing_address: str, make_pdf: Callable[..., Path]
) -> None:
    with Client(writing_address) as client:
        (uploaded,) = client.upload(make_pdf("To be corrected.", name="orchard.pdf"))
    page = library(open_page, writing_address, document=uploaded.id)
    page.button(key="correct_document").click().run()
    page.text_input(key="describe_organisation").input("Orchard *Inc.*")
    page.number_input(key="describe_year").set_value(2018)
    next(button for button in page.button if button.label == "Save").click().run()
    with Client(writing_address) as client:
        corrected = client.document(uploaded.id)
        assert (corrected.organisation, corrected.year) == ("Orchard *Inc.*", 2018)
        assert corrected.corrected == ("organisation", "year")
        client.delete(uploaded.id)


def test_a_document_that_is_gone_says_so(open_page: Open, reading_address: str) -> None:
    page = library(open_page, reading_address, document="0" * 64)
    assert "This document is not in the library" in words(page)
    assert "GET" not in words(page)


def test_deleting_asks_first_and_leaves_a_receipt(
    open_page: Open, writing_address: str, make_pdf: Callable[..., Path]
) -> None:
    with Client(writing_address) as client:
        (uploaded,) = client.upload(make_pdf("To be deleted *soon*.", name="a_b*c.pdf"))
    page = library(open_page, writing_address, document=uploaded.id)
    page.button(key="delete_document").click().run()
    assert "cannot be undone" in words(page)
    assert uploaded.id in ids(writing_address).values()
    page.button(key="confirm_delete").click().run()
    assert uploaded.id not in ids(writing_address).values()
    assert r"Deleted a\_b\*c\.pdf" in words(page)


def test_what_failed_is_listed_with_its_reason_and_read_again(
    open_page: Open, writing_address: str, workshop: Service, sandbox: Sandbox, tmp_path: Path
) -> None:
    with Client(writing_address) as client:
        broken = tmp_path / "broken.pdf"
        broken.write_bytes(b"%PDF-1.4 and nothing else")
        (uploaded,) = client.upload(broken)
        read_queued(workshop, sandbox)
        assert client.document(uploaded.id).state == "failed"
        page = library(open_page, writing_address)
        assert "1 document could not be read" in words(page)
        keys = [getattr(each, "key", None) for each in page.main]
        assert keys.index("failures") < keys.index("filters") < keys.index("documents_table")
        page.button(key=f"retry_{uploaded.id}").click().run()
        assert [toast.value.replace("\\", "") for toast in page.toast] == ["broken.pdf will be read again."]
        assert client.document(uploaded.id).state == "queued"
        client.delete(uploaded.id)


def test_a_password_is_asked_for_beside_the_document_that_needs_it(
    open_page: Open, writing_address: str, workshop: Service, sandbox: Sandbox, locked: Callable[..., Path]
) -> None:
    with Client(writing_address) as client:
        (uploaded,) = client.upload(locked("Only for those who know.", name="board.pdf"))
        read_queued(workshop, sandbox)
        page = library(open_page, writing_address)
        assert "It needs a password" in words(page)
        assert "docqa ingest FILE" not in words(page)
        [row] = [each for each in drawn(page, "documents_table")["rows"] if each["id"] == uploaded.id]
        assert not row["retry"]
        page.text_input(key=f"password_{uploaded.id}").set_value("wrong")
        page.button(key=f"unlock_{uploaded.id}_button").click().run()
        assert client.document(uploaded.id).needs_password
        assert "this password does not open it" in words(page)
        page.run()
        assert "this password does not open it" in words(page)
        page.text_input(key=f"password_{uploaded.id}").set_value(PASSWORD)
        page.button(key=f"unlock_{uploaded.id}_button").click().run()
        assert client.document(uploaded.id).state == "queued"
        client.delete(uploaded.id)
