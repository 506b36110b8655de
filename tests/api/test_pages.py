"""Documents and pages over HTTP."""

import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from docqa.answers import highlight
from docqa.answers.highlight import EDGE
from docqa.service import Service
from tests.api.conftest import MANUAL, REPORT, Serve

Make = Callable[..., Path]


def image(answer: httpx.Response) -> Image.Image:
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_a_list_can_be_narrowed_and_leafed_through(api: httpx.Client):
    def names(**query: object) -> tuple[list[str], int]:
        listed = api.get("/v1/documents", params=query).json()
        return [each["name"] for each in listed["documents"]], listed["total"]

    assert names() == ([REPORT, MANUAL], 2)
    assert names(limit=1, offset=1) == ([MANUAL], 2)
    assert names(offset=5) == ([], 2)
    assert names(q="TURBINE") == ([MANUAL], 1)
    assert names(q="sandhaven annual") == ([REPORT], 1)
    assert names(q=".PDF", limit=1, offset=1) == ([MANUAL], 2)
    assert names(state="done", collection="default") == ([REPORT, MANUAL], 2)
    assert names(state="done", limit=1) == ([REPORT], 2)
    assert names(state="failed") == ([], 0)
    assert api.get("/v1/documents", params={"collection": "nowhere"}).status_code == 404
    assert api.get("/v1/documents", params={"state": "lost"}).status_code == 422
    assert api.get("/v1/documents", params={"limit": 0}).status_code == 422


def test_a_document_shows_how_each_page_was_read(api: httpx.Client, ids: dict[str, str]):
    shown = api.get(f"/v1/documents/{ids[REPORT]}").json()
    assert [(each["page"], each["state"], each["source"]) for each in shown["page_states"]] == [
        (1, "done", "layer"),
        (2, "done", "layer"),
        (3, "done", "layer"),
        (4, "done", "ocr"),
    ]
    assert shown["sources"][0]["path"].endswith(REPORT)
    assert (shown["pages_per_minute"], shown["eta_s"]) == (None, None)


def test_progress_tells_when_a_document_will_be_read(workshop: Service, serve: Serve, make_pdf: Make, read):
    client = serve(workshop)
    path = make_pdf("A page that was read just now.", name="now.pdf")
    client.post("/v1/documents", files={"file": (path.name, path.read_bytes())})
    read(workshop)
    waiting = make_pdf("One.", "Two.", "Three.", name="waiting.pdf")
    sent = client.post("/v1/documents", files={"file": (waiting.name, waiting.read_bytes())}).json()["documents"][0]
    shown = client.get(sent["status_url"]).json()
    assert shown["pages_per_minute"] > 0
    assert shown["eta_s"] is None  # nobody has opened it yet
    workshop.library.catalog.set_state(sent["id"], "queued", pages=3)
    shown = client.get(sent["status_url"]).json()
    assert shown["eta_s"] == pytest.approx(180 / shown["pages_per_minute"], rel=0.5)
    assert [each["state"] for each in shown["page_states"]] == ["queued"] * 3
    read(workshop)
    assert client.get(sent["status_url"]).json()["pages_done"] == 3


def test_a_document_that_failed_says_why_and_can_be_tried_again(workshop: Service, serve: Serve, read):
    client = serve(workshop)
    files = {"file": ("broken.pdf", b"%PDF-1.7 and no more")}
    [document] = client.post("/v1/documents", files=files, data={"collection": "broken"}).json()["documents"]
    read(workshop)
    shown = client.get(document["status_url"]).json()
    assert shown["state"] == "failed"
    assert shown["error"]
    again = client.post(f"{document['status_url']}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    read(workshop)
    everything = client.post("/v1/retry", json={"collection": "broken"})
    assert (everything.status_code, [each["id"] for each in everything.json()["documents"]]) == (202, [document["id"]])
    assert client.post("/v1/retry", json={"collection": "nowhere"}).status_code == 404
    client.delete(document["status_url"])


def test_a_pdf_comes_back_as_it_was(api: httpx.Client, ids: dict[str, str], examples: Service):
    answer = api.get(f"/v1/documents/{ids[MANUAL]}/file")
    assert answer.content == examples.library.files.original(ids[MANUAL]).read_bytes()
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{MANUAL}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    part = api.get(f"/v1/documents/{ids[MANUAL]}/file", headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"%PDF-")
    assert answer.headers["etag"] == part.headers["etag"] == f'"{ids[MANUAL]}"'
    known = api.get(f"/v1/documents/{ids[MANUAL]}/file", headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_a_deletion_says_what_it_removed_and_leaves_nothing(workshop: Service, serve: Serve, make_pdf: Make, read):
    client = serve(workshop)
    path = make_pdf("The ferry to Ostrava Island leaves at seven.", "A second page.", name="ferry.pdf")
    [document] = client.post("/v1/documents", files={"file": (path.name, path.read_bytes())}).json()["documents"]
    read(workshop)
    question = {"question": "When does the ferry to Ostrava Island leave?"}
    answer = client.post("/v1/query", json=question).json()
    assert answer["citations"][0]["document"] == "ferry.pdf"
    receipt = client.delete(document["status_url"]).json()
    removed = receipt["removed"]
    assert (receipt["name"], removed["pages"], removed["files"], removed["answers"]) == ("ferry.pdf", 2, 5, 1)
    assert removed["passages"] >= 1 and removed["bytes"] > 0
    for gone in (
        document["status_url"],
        f"{document['status_url']}/file",
        f"{document['status_url']}/pages/1",
        f"{document['status_url']}/pages/1.jpg",
        f"/v1/answers/{answer['id']}",
        f"/v1/conversations/{answer['conversation_id']}",
    ):
        assert client.get(gone).status_code == 404, gone
    assert client.delete(document["status_url"]).status_code == 404
    assert "seven" not in client.post("/v1/query", json=question).text


def test_collections_are_listed_with_what_they_hold(api: httpx.Client, examples: Service):
    [only] = api.get("/v1/collections").json()["collections"]
    assert (only["name"], only["documents"], only["pages"]) == ("default", 2, 7)
    assert only["size_bytes"] == sum(each.size_bytes for each in examples.library.catalog.documents())


def test_a_page_tells_its_text_and_where_the_words_stand(api: httpx.Client, ids: dict[str, str]):
    page = api.get(f"/v1/documents/{ids[REPORT]}/pages/4").json()
    assert "Our fee for the audit was 212,000 euros." in page["text"]
    assert (page["page"], page["source"]) == (4, "ocr")
    assert all(len(word["box"]) == 4 for word in page["words"])


@pytest.mark.parametrize("page", ["5", "99", "5.jpg", "5.png", "999999.png"])
def test_a_page_that_is_not_there_is_said_so(api: httpx.Client, ids: dict[str, str], page: str):
    assert api.get(f"/v1/documents/{ids[REPORT]}/pages/{page}").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "0", "-1", "x", "1.gif", "0.jpg", "4.jpg?width=63", "4.jpg?width=2401", "4.png?box=1,2,3", "4.png?box=a,b,c,d",
        "4.png?box=nan,0,1,1", "4.png?box=1e300,0,1,1", "4.png?scale=2", "4.png?box=",
    ],
)  # fmt: skip
def test_a_page_that_makes_no_sense_is_refused(api: httpx.Client, ids: dict[str, str], page: str):
    answer = api.get(f"/v1/documents/{ids[REPORT]}/pages/{page}")
    assert (answer.status_code, answer.json()["title"]) == (422, "Invalid request")


def test_ids_never_lead_to_files(api: httpx.Client):
    for path in ("..%2f..%2fcatalog.db", "../../catalog.db", "%2e%2e", "..", "%00", "."):
        assert api.get(f"/v1/documents/{path}/file").status_code in (404, 405)
        assert api.get(f"/v1/documents/x/pages/{path}").status_code in (404, 405, 422)


def test_a_page_is_shown_as_it_is_stored_or_as_asked(api: httpx.Client, ids: dict[str, str], examples: Service):
    address = f"/v1/documents/{ids[REPORT]}/pages/4"
    stored = api.get(f"{address}.jpg")
    assert (stored.headers["content-type"], stored.headers["cache-control"]) == ("image/jpeg", "private, no-cache")
    assert stored.content == examples.library.files.image(ids[REPORT], 4)
    assert image(api.get(f"{address}.jpg?width=200")).width == 200
    png = api.get(f"{address}.png?width=300")
    assert png.headers["content-type"] == "image/png"
    assert image(png).size == (300, round(300 * image(stored).height / image(stored).width))


def test_boxes_are_marked_on_the_image(api: httpx.Client, ids: dict[str, str]):
    answer = api.post("/v1/query", json={"question": "How much was the audit fee?"}).json()
    [box, *_] = answer["citations"][0]["boxes"]
    address = f"/v1/documents/{ids[REPORT]}/pages/4.png"
    marked = image(api.get(address, params={"box": ",".join(map(str, box))}))
    scale = marked.width / 595
    corner = (round((box[0] - 1.5) * scale), round((box[1] - 1.5) * scale))
    assert marked.getpixel(corner) == EDGE
    assert image(api.get(address)).getpixel(corner) != EDGE
    twice = image(api.get(address, params=[("box", ",".join(map(str, box))), ("box", "500,700,400,600")]))
    assert twice.getpixel((round(398.5 * scale), round(598.5 * scale))) == EDGE


def test_an_image_that_is_known_is_not_sent_again(api: httpx.Client, ids: dict[str, str]):
    address = f"/v1/documents/{ids[REPORT]}/pages/1"
    tags = {}
    for query in (".jpg", ".png", ".png?width=200", ".png?box=1,1,2,2", ".png?box=1,1,3,2"):
        answer = api.get(address + query)
        tags[query] = answer.headers["etag"]
        for known in (tags[query], f'"other", {tags[query]}', f"W/{tags[query]}", "*"):
            again = api.get(address + query, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tags[query])
        assert api.get(address + query, headers={"If-None-Match": '"other"'}).status_code == 200
    assert len(set(tags.values())) == len(tags)


def test_a_page_much_higher_than_wide_is_not_blown_up():
    buffer = io.BytesIO()
    Image.new("RGB", (1, 2400), "white").save(buffer, "JPEG")
    drawn = Image.open(io.BytesIO(highlight.drawn(buffer.getvalue(), width=2400, kind="jpeg")))
    assert max(drawn.size) <= highlight.LONGEST_SIDE


def test_a_page_that_there_is_not_is_said(api: httpx.Client, ids: dict[str, str]):
    for path in ("99", "99.jpg"):
        answer = api.get(f"/v1/documents/{ids[REPORT]}/pages/{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, f"{REPORT} has 4 pages")
