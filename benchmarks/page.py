"""What a user of the page waits for, in headless Chromium.

    python benchmarks/page.py --data LIBRARY --questions QUESTIONS.jsonl [--starts 3] [--asked 10]

The library is copied. `docqa up` is started --starts times; after it has printed its address the page is opened, and
the time until the box for a question is there is taken. In the last of them --asked questions are asked in new
conversations, after one that warms everything up, and the time until the first page image is there is taken.
"""

import argparse
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine
from playwright.sync_api import Page, sync_playwright

DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]
BOX = "[data-testid=stChatInput] textarea"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--asked", type=int, default=10)
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.read_text().splitlines()]
    ready: list[float] = []
    screens: list[float] = []
    evidence: list[float] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as engine:
        data = Path(folder) / "data"
        shutil.copytree(options.data, data)
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for start in range(options.starts):
            begun = time.perf_counter()
            service = subprocess.Popen(
                [*DOCQA, "--data", str(data), "up", "--port", "0", "--no-open"], stdout=subprocess.PIPE, text=True
            )
            assert service.stdout is not None
            found = re.search(r"http://\S+", service.stdout.readline())
            assert found is not None, "docqa up did not print its address"
            ready.append(time.perf_counter() - begun)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            begun = time.perf_counter()
            page.goto(found[0])
            page.locator(BOX).wait_for()
            screens.append(time.perf_counter() - begun)
            if start == options.starts - 1:
                evidence = [_asked(page, found[0], question) for question in questions[: options.asked + 1]][1:]
            page.close()
            service.send_signal(signal.SIGTERM)
            service.wait()
        browser.close()
    print(f"{machine()}\n\n| | n | median, s | range, s |\n| --- | --- | --- | --- |")
    for name, took in (
        ("from `docqa up` to its address", ready),
        ("from the address to the first useful screen", screens),
        ("from a question to its first page of evidence", evidence),
    ):
        print(f"| {name} | {len(took)} | {statistics.median(took):.2f} | {min(took):.2f}-{max(took):.2f} |")


def _asked(page: Page, address: str, question: str) -> float:
    page.goto(address)
    box = page.locator(BOX)
    box.fill(question)
    begun = time.perf_counter()
    box.press("Enter")
    page.locator(".st-key-proof img").wait_for()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
