"""The service under load: searches and answers by quotation for several users at once, while PDFs are read.

    python benchmarks/service_load.py --pdfs DIR --questions QUESTIONS.jsonl [--users 8] [--seconds 60]

The PDFs are read into a library first (or --data names one that holds them; it is copied). Then `docqa serve` and
`docqa worker` run as `docqa up` starts them, and each user asks one question after another, with a pause of --pause
seconds on average (uniform between half and one and a half of it) after each answer; 0 is a closed loop. The PDFs that
the worker reads meanwhile are the same ones with some bytes appended: other documents to docqa. Afterwards: an upload
of 1 GiB with the memory of the API watched, and 50 uploads at once.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from machine import machine

DOCQA = [sys.executable, "-c", "from docqa.cli import main; main()"]
GIB = 1 << 30
UPLOADS = 50
RATE_UNLIMITED = "1000000"


@dataclass(slots=True)
class Running:
    """The API and the worker over one data directory."""

    url: str
    api: subprocess.Popen[bytes]
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pdfs", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="a library that holds the PDFs already")
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, nargs="+", default=[5.0, 0.0])
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        if options.data:
            shutil.copytree(options.data, data)
        else:
            subprocess.run([*DOCQA, "--data", data, "ingest", options.pdfs], check=False)
        with running(data) as service:
            print(f"{machine()}\n")
            print("| | pause s | while reading | n | p50 ms | p95 ms | most ms |")
            print("|" + " --- |" * 7)
            for pause in options.pause:
                for reading in (False, True):
                    with being_read(service, options.pdfs, Path(folder)) if reading else nothing() as pages:
                        for name, ask in (("search", search), ("answer", answer)):
                            took = load(service, questions, ask, options.users, options.seconds, pause)
                            print(row(name, pause, pages(), took), flush=True)
            print()
            large_upload(service, Path(folder))
            many_uploads(service, Path(folder))


@contextmanager
def running(data: Path) -> Iterator[Running]:
    """The service, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "DOCQA_API__REQUESTS_PER_MINUTE": RATE_UNLIMITED}
    words = [*DOCQA, "--data", str(data)]
    with (data.parent / "log").open("wb") as log:
        api = subprocess.Popen([*words, "serve", "--port", str(port)], env=environment, stderr=log)
        worker = subprocess.Popen([*words, "worker"], env=environment, stderr=log)
    service = Running(f"http://127.0.0.1:{port}", api, [worker])
    try:
        until(lambda: httpx.get(f"{service.url}/health").is_success)
        yield service
    finally:
        for process in (*service.others, api):
            process.terminate()
            process.wait()


@contextmanager
def nothing() -> Iterator[Callable[[], str]]:
    """Nothing is read."""
    yield lambda: "no"


@contextmanager
def being_read(service: Running, pdfs: Path, folder: Path) -> Iterator[Callable[[], str]]:
    """Keep the worker reading copies of the PDFs; afterwards they are deleted again."""
    ended = threading.Event()
    ids: list[str] = []
    begun = time.monotonic()

    def keep_uploading() -> None:
        for turn in range(1000):
            for path in sorted(pdfs.glob("*.pdf")):
                if ended.is_set():
                    return
                content = path.read_bytes() + f"\n% {turn} {begun}".encode()
                files = {"file": (f"copy-{path.name}", content)}
                ids.append(
                    httpx.post(f"{service.url}/v1/documents", files=files, timeout=60).json()["documents"][0]["id"]
                )
                until(lambda: waiting(service) < 3 or ended.is_set())

    thread = threading.Thread(target=keep_uploading)
    thread.start()

    def pages_read() -> str:
        rate = httpx.get(f"{service.url}/stats", timeout=30).json()["pages_per_minute"]
        return f"{rate / 60:.1f} pages/s"

    time.sleep(5)
    yield pages_read
    ended.set()
    thread.join()
    for document_id in ids:
        httpx.delete(f"{service.url}/v1/documents/{document_id}", timeout=60)


def waiting(service: Running) -> int:
    """Documents that wait to be read."""
    states = httpx.get(f"{service.url}/stats", timeout=30).json()["documents"]
    return int(states.get("queued", 0)) + int(states.get("reading", 0))


def search(client: httpx.Client, question: str) -> None:
    """One search."""
    client.post("/v1/search", json={"question": question}).raise_for_status()


def answer(client: httpx.Client, question: str) -> None:
    """One answer by quotation."""
    client.post("/v1/query", json={"question": question}).raise_for_status()


def load(
    service: Running,
    questions: list[str],
    ask: Callable[[httpx.Client, str], None],
    users: int,
    seconds: float,
    pause_s: float,
) -> list[float]:
    """Milliseconds of every request of all users, sorted."""
    deadline = time.monotonic() + seconds

    def use(number: int) -> list[float]:
        chance = random.Random(number)
        took = []
        with httpx.Client(base_url=service.url, timeout=120) as client:
            time.sleep(chance.uniform(0, pause_s))
            while time.monotonic() < deadline:
                begun = time.perf_counter()
                ask(client, chance.choice(questions))
                took.append(1000 * (time.perf_counter() - begun))
                time.sleep(chance.uniform(0.5, 1.5) * pause_s)
        return took

    with ThreadPoolExecutor(users) as pool:
        return sorted(ms for took in pool.map(use, range(users)) for ms in took)


def row(name: str, pause_s: float, reading: str, took: list[float]) -> str:
    """A line of the table."""
    p50, p95 = statistics.median(took), took[int(0.95 * (len(took) - 1))]
    return f"| {name} | {pause_s:g} | {reading} | {len(took)} | {p50:.0f} | {p95:.0f} | {took[-1]:.0f} |"


def large_upload(service: Running, folder: Path) -> None:
    """A file of 1 GiB, less what a form takes, and what it does to the memory of the API."""
    path = folder / "large.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(GIB - (1 << 20))
    before, most = memory_mb(service.api.pid), 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.02):
            most = max(most, memory_mb(service.api.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    begun = time.perf_counter()
    with path.open("rb") as file:
        status = httpx.post(f"{service.url}/v1/documents", files={"file": file}, timeout=600).status_code
    took = time.perf_counter() - begun
    ended.set()
    watching.join()
    print(
        f"- Upload of 1 GiB: {status} after {took:.1f} s; memory of the API {before:.0f} MB before, at most {most:.0f}."
    )


def many_uploads(service: Running, folder: Path) -> None:
    """Many uploads at once, half of them of the same bytes as another."""

    def content(number: int) -> bytes:
        return b"%PDF-1.7\n" + hashlib.sha256(str(number // 2).encode()).digest() * 10_000

    def upload(number: int) -> str:
        files = {"file": (f"{number}.pdf", content(number))}
        answer = httpx.post(f"{service.url}/v1/documents", files=files, timeout=120)
        answer.raise_for_status()
        return str(answer.json()["documents"][0]["id"])

    begun = time.perf_counter()
    with ThreadPoolExecutor(UPLOADS) as pool:
        ids = set(pool.map(upload, range(UPLOADS)))
    took = time.perf_counter() - begun
    expected = {hashlib.sha256(content(number)).hexdigest() for number in range(UPLOADS)}
    listed = httpx.get(f"{service.url}/v1/documents", params={"limit": 1000}, timeout=60).json()["documents"]
    there = [each["id"] for each in listed if each["id"] in expected]
    lost, twice = len(expected - (ids & set(there))), len(there) - len(set(there))
    print(f"- {UPLOADS} uploads at once, {len(expected)} different: {took:.1f} s; {lost} lost, {twice} there twice.")


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; an API that is not there yet is waited for."""
    while True:
        try:
            if condition():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)


if __name__ == "__main__":
    main()
