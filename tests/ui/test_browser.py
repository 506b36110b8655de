"""The whole service in a browser, as its users have it: `docqa up`, then headless Chromium."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.test_cli import DOCQA

AAR, BALE = "aar-annual-report-of-the-port-and-of-all-its-quays-and-cranes-2023-signed.pdf", "bale-2023.pdf"
PAGES = {
    AAR: (
        "Port of Aar\nAnnual report 2023\n\nThe Port of Aar lies at the mouth of the river Aar.",
        "Traffic\n\nThe Port of Aar handled 812 container ships in 2023.\nMost of them came from the north.",
        "Cranes\n\nThe Port of Aar has nine cranes. Two of them were painted green.",
    ),
    BALE: (
        "Port of Bale\nAnnual report 2023\n\nThe Port of Bale has no river and no mouth.",
        "Traffic\n\nThe Port of Bale handled 455 container ships in 2023.\nMost of them came from the south.",
        "Cranes\n\nThe Port of Bale has four <img src=x onerror=document.title='owned'> cranes, all blue.",
    ),
}
QUESTION = "How many container ships did the ports of Aar and Bale handle in 2023?"
FOLLOW_UP = "What colour are the cranes of the Port of Bale?"
START_S = 90
READ_S = 120
WIDE, TABLET = {"width": 1280, "height": 900}, {"width": 820, "height": 1180}

playwright = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[dev]' installs playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what was seen is kept: DOCQA_TEST_SCREENSHOTS, else among the files of the test."""
    folder = Path(os.environ.get("DOCQA_TEST_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, screenshots: Path) -> Iterator[str]:
    """The page of `docqa up` over an empty library."""
    folder = tmp_path_factory.mktemp("up")
    log = (folder / "up.log").open("w+")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCQA_")}
    command = [*DOCQA, "--data", str(folder / "data"), "up", "--no-open", "--port", "0"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment | {"DOCQA_API__PORT": "0"}, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        yield _printed(process, folder / "up.log")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


@pytest.fixture(scope="module")
def browser() -> "Iterator[playwright.Browser]":
    """Headless Chromium, which reaches nothing but this machine."""
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )
        yield browser
        browser.close()


def test_from_two_pdfs_to_a_proven_answer_and_back(
    address: str, browser: "playwright.Browser", screenshots: Path, make_pdf: Callable[..., Path]
) -> None:
    page = browser.new_page(viewport=WIDE, color_scheme="light")
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
    page.set_default_timeout(30_000)

    def shoot(name: str) -> None:
        page.wait_for_timeout(700)
        page.screenshot(path=screenshots / f"{name}.png")

    page.goto(address)
    page.get_by_text("Start with a PDF").wait_for()
    shoot("1-empty")

    page.get_by_role("button", name="Add documents").click()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
        [make_pdf(*pages, name=name) for name, pages in PAGES.items()]
    )
    page.get_by_text("2 added").wait_for()
    shoot("2-uploaded")
    page.get_by_text("Reading now").wait_for()
    for name in PAGES:
        page.locator(f"tr[data-name='{name}'] .dot.done").wait_for(timeout=1000 * READ_S)
    shoot("3-read")

    page.get_by_role("link", name="Ask", exact=True).click()
    _ask(page, QUESTION, answers=1)
    documents = set(page.locator(".source .name").all_inner_texts())
    assert documents == set(PAGES)
    _see_page_numbers_inside_their_cards(page)
    shoot("4-answer")

    _see_marked_words(page)
    page.locator(".source", has_text=BALE).click()
    page.locator(".st-key-proof").get_by_text(BALE).wait_for()
    _see_marked_words(page)
    shoot("5-evidence")

    _ask(page, FOLLOW_UP, answers=2)
    said = page.locator(".st-key-turn_1 .prose").inner_text()
    assert "<img src=x onerror=document.title='owned'> cranes, all blue" in said
    page.locator(".st-key-proof").get_by_text("Text", exact=True).click()
    page.locator(".st-key-proof").get_by_text("<img src=x").wait_for()
    assert page.title() != "owned"
    shoot("6-follow-up")

    page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo(0, 0)")
    assert _bottom(page, ".st-key-follow") <= WIDE["height"]
    page.locator(".st-key-proof").get_by_text("Page", exact=True).click()
    page.locator(".st-key-proof img").hover()
    page.locator(".st-key-proof_page [data-testid=stElementToolbarButton] button").click()
    page.get_by_role("button", name="Close fullscreen").click()  # which the header does not cover

    before = page.locator(".prose").all_inner_texts()
    page.reload()
    page.locator(".st-key-turn_1 .prose").wait_for()
    assert page.locator(".prose").all_inner_texts() == before
    other = browser.new_page(viewport=TABLET, color_scheme="dark")
    other.goto(page.url)
    other.locator(".st-key-turn_1 .prose").wait_for()
    other.locator(".st-key-proof img").wait_for()
    other.screenshot(path=screenshots / "7-reopened-on-a-tablet.png", full_page=True)
    other.locator(".st-key-turn_0 .chip").first.click()
    other.wait_for_function("document.querySelector('.st-key-proof').getBoundingClientRect().top < innerHeight / 2")
    other.close()

    page.get_by_role("link", name="Library").click()
    page.get_by_role("button", name=BALE, exact=True).click()
    page.locator(".st-key-leaf img").wait_for()
    shoot("8-document")
    page.locator(".st-key-delete_document button").click()
    page.get_by_text("cannot be undone").wait_for()
    shoot("9-delete")
    page.locator(".st-key-confirm_delete button").click()
    page.get_by_text(f"Deleted {BALE}").wait_for()
    assert page.locator(f"tr[data-name='{BALE}']").count() == 0
    shoot("10-deleted")

    page.get_by_role("link", name="System").click()
    page.get_by_text("What runs").wait_for()
    shoot("11-system")
    assert outside == []
    page.close()


def _ask(page: "playwright.Page", question: str, *, answers: int) -> None:
    box = page.locator("[data-testid=stChatInput] textarea")
    box.fill(question)
    box.press("Enter")
    page.locator(f".st-key-turn_{answers - 1} .actions").wait_for()


def _see_page_numbers_inside_their_cards(page: "playwright.Page") -> None:
    for card in page.locator(".source").all():
        inner, outer = card.locator(".page").bounding_box(), card.bounding_box()
        assert inner and outer
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def _bottom(page: "playwright.Page", selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["y"] + box["height"]


def _see_marked_words(page: "playwright.Page") -> None:
    """The page of evidence is there, with the colour of the marker on it."""
    image = page.locator(".st-key-proof img")
    image.wait_for()
    yellow = image.evaluate(
        """async (image) => {
            await image.decode();
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let i = 0; i < pixels.length; i += 4)
                count += pixels[i] > 230 && pixels[i + 1] > 190 && pixels[i + 2] < 150;
            return count;
        }"""
    )
    assert yellow > 200


def _is_outside(url: str) -> bool:
    return not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", url)


def _printed(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"docqa: (http://\S+)", log.read_text()):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(f"docqa up did not start:\n{log.read_text()}")
