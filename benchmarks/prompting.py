"""From the last search result to the first token of a model's answer.

    python benchmarks/prompting.py [--url http://localhost:8000/v1] [--runs 20]

Packing alone: 200 pages, pure. With a server: 16 pages with text and image, the time until the request leaves, by
stage; then the first token of docqa's answer and of the very same request sent with curl, in turns, after one of each
that is not counted (so both find the server's prefix cache full).
"""

import argparse
import base64
import hashlib
import io
import json
import multiprocessing
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any

from machine import machine
from PIL import Image

from docqa.errors import ModelRefused
from docqa.model import packing, serving
from docqa.model.fitting import Fitter
from docqa.model.generation import ChatModel
from docqa.model.generative import ModelAnswerer
from docqa.model.packing import Candidate
from docqa.model.tokens import remembered
from docqa.protocols import ChatMessage
from docqa.sections import ModelSettings
from docqa.types import Evidence, Page, Usage, Words

TEXT = "The harbour of the town was built with stones from the hills around it, in 1862. " * 40
SIZE = (1240, 1754)
QUESTION = "When was the harbour built?"


class Pages:
    """Sixteen noisy A4 pages, about as large as real ones."""

    def __init__(self) -> None:
        self._images = [_noise(number) for number in range(16)]

    def page(self, document_id: str, number: int) -> Page:
        return _page(number)

    def image(self, document_id: str, number: int) -> bytes:
        return self._images[number % 16]

    def image_size(self, document_id: str, number: int) -> tuple[int, int]:
        with Image.open(io.BytesIO(self._images[number % 16])) as image:
            return image.size


def evidence(count: int) -> list[Evidence]:
    """Pages of four documents, best first."""
    return [
        Evidence(n, hashlib.sha256(bytes([n % 4])).hexdigest(), f"{n % 4}.pdf", _page(n), (), 1 / n)
        for n in range(1, count + 1)
    ]


def _page(number: int) -> Page:
    return Page(number, 595, 842, TEXT, Words(), (), "layer")


def _noise(seed: int) -> bytes:
    small = Image.effect_noise((SIZE[0] // 8, SIZE[1] // 8), 40 + seed)
    buffer = io.BytesIO()
    small.resize(SIZE).convert("RGB").save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Of `runs` calls."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append(1000 * (perf_counter() - start))
    return statistics.median(times)


class Timed:
    """A chat model that notes when it is called and when its first token comes."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.asked = self.first = 0.0
        self.messages: Sequence[ChatMessage] = ()
        self.mm_kwargs: Mapping[str, Any] | None = None

    def stream(
        self, messages: Sequence[ChatMessage], *, answer_tokens: int, mm_kwargs: Mapping[str, Any] | None = None
    ) -> Iterator[str | Usage]:
        self.asked, self.messages, self.mm_kwargs = perf_counter(), messages, mm_kwargs
        for piece in self._model.stream(messages, answer_tokens=answer_tokens, mm_kwargs=mm_kwargs):
            if not self.first:
                self.first = perf_counter()
            yield piece


def sink(report: Connection) -> None:
    """A server in a process of its own that reads each request to its end, tells when that was, and refuses it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            report.send(perf_counter())
            self.send_error(400)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    report.send(server.server_port)
    server.serve_forever()


def raw(timed: Timed, model: str) -> dict[str, Any]:
    """The request as a user of curl would write it."""

    def part(content: str | bytes) -> dict[str, Any]:
        if isinstance(content, str):
            return {"type": "text", "text": content}
        url = "data:image/jpeg;base64," + base64.b64encode(content).decode()
        return {"type": "image_url", "image_url": {"url": url}}

    messages = [{"role": role, "content": [part(each) for each in content]} for role, content in timed.messages]
    return {
        "model": model,
        "messages": messages,
        "max_tokens": 1,
        "temperature": 0,
        "stream": True,
        "mm_processor_kwargs": timed.mm_kwargs,
    }


def curl_first_token(url: str, body: Path) -> float:
    """Seconds."""
    command = ["curl", "-sN", f"{url}/chat/completions", "-H", "content-type: application/json", "-d", f"@{body}"]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                found = perf_counter() - start
                process.kill()
                return found
    raise SystemExit(f"curl got no token from {url}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    candidates = [Candidate(each, 800, {1: 313, 4: 757, 16: 1933}, each.label % 10 / 10) for each in evidence(200)]
    packed = median_ms(
        lambda: packing.pack(candidates, room=120_000, max_images=16, details=(1, 4, 16)), 10 * options.runs
    )
    print(f"{machine()}; n = {options.runs}\n\nPacking 200 pages: {packed:.2f} ms")
    if options.url:
        _with_server(options.url, options.runs)


def _with_server(url: str, runs: int) -> None:
    settings = ModelSettings(url=url, timeout_s=600)
    model = ChatModel(settings)
    served = serving.inspect(model, settings)
    found, pages = evidence(16), Pages()
    new, fits, leaves, ours, theirs = [], [], [], [], []
    here, there = multiprocessing.Pipe()
    drain = multiprocessing.Process(target=sink, args=(there,), daemon=True)
    drain.start()
    drained = ChatModel(ModelSettings(url=f"http://127.0.0.1:{here.recv()}/v1", name=model.name))
    with tempfile.TemporaryDirectory() as folder:
        body = Path(folder, "body.json")
        for run in range(runs + 1):
            fresh = replace(served, count=remembered(model.tokens_of_text))
            begun = perf_counter()
            Fitter(fresh, pages, 32768, 1).fit(QUESTION, found)
            new.append(1000 * (perf_counter() - begun))
            timed = Timed(model)
            answerer = ModelAnswerer(timed, pages, inspect=lambda: served, budget_tokens=32768, answer_tokens=1)
            start = perf_counter()
            draft = answerer.answer(QUESTION, found, say=lambda _: None, show=lambda _: None)
            body.write_text(json.dumps(raw(timed, model.name)))
            bare = curl_first_token(url, body)
            begun = perf_counter()
            try:
                list(drained.stream(timed.messages, answer_tokens=1, mm_kwargs=timed.mm_kwargs))
            except ModelRefused:
                left = here.recv() - begun
            if run:
                fits.append(1000 * (timed.asked - start))
                leaves.append(1000 * left)
                ours.append(1000 * (timed.first - timed.asked))
                theirs.append(1000 * bare)
        receipt = draft.receipt
    assert receipt is not None
    images = sum(page.sent == "text and image" for page in receipt.pages)
    print(f"\n{images} pages with text and image, {receipt.total:,} tokens\n")
    print("| stage | median, ms |\n| --- | --- |")
    print(f"| choose, count by asking the server, lay out | {statistics.median(new):.0f} |")
    print(f"| the same, pages counted before | {statistics.median(fits):.0f} |")
    print(f"| make the request and send it | {statistics.median(leaves):.0f} |")
    print(f"| first token, docqa | {statistics.median(ours):.0f} |")
    print(f"| first token, the same with curl | {statistics.median(theirs):.0f} |")


if __name__ == "__main__":
    main()
