"""Ingest by stage, beside the bare loop over the same pages.

    python benchmarks/ingest_stages.py FOLDER [--runs 3]

Without OCR. The bare loop opens each PDF with PyMuPDF, gets the words of each page, renders it at 150 dpi and
encodes it with Pillow as JPEG at quality 80: what nobody can do without. It runs once in each of the processes that
the pipeline may use. The stages are then run alone, in this process; then the whole, into a fresh library; then the
whole again over the same files.
"""

import argparse
import io
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pymupdf
from machine import machine
from PIL import Image

from docqa import build, context
from docqa.index.edge import EdgeIndex
from docqa.protocols import Entry
from docqa.settings import Settings
from docqa.types import Page, Passage
from ingest.discover import discover
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions, read_cover, read_page
from ingest.sandbox import Sandbox
from ingest.split import HeadingPath, split

WORKERS = os.cpu_count() or 1
OPTIONS = ReadingOptions(ocr="off")
BATCH = 64


class Unwatched:
    """Progress that nobody looks at."""

    def register(self, files: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None: ...


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    paths = [path for path in discover([options.folder]) if _opens(path)]
    jobs = [(path, number) for path in paths for number in range(1, read_cover(path).pages + 1)]
    bare, whole, again, memory = [], [], [], []
    for _ in range(options.runs):  # side by side, so that what else the machine does hits both
        bare.append(_seconds(lambda: _bare(jobs)))
        with tempfile.TemporaryDirectory() as folder:
            for seconds in (whole, again):
                took, peak = _in_a_process_of_its_own(paths, Path(folder))
                seconds.append(took)
                memory.append(peak)
    print(f"{machine()}; {len(paths)} PDFs, {len(jobs)} pages; median of {options.runs}\n")
    print("| | pages/s | of the bare loop |\n| --- | --- | --- |")
    floor = statistics.median(bare)
    for name, seconds in [
        (f"bare loop, {WORKERS} processes", floor),
        ("docqa ingest, all of it", statistics.median(whole)),
    ]:
        print(f"| {name} | {len(jobs) / seconds:.1f} | {floor / seconds:.0%} |")
    print(f"\nThe same files again: {1000 * statistics.median(again) / len(jobs):.2f} s for 1,000 pages")
    print(f"Peak memory of the main process: {max(memory)} MB")
    _stages(jobs)


def _stages(jobs: list[tuple[Path, int]]) -> None:
    """Each stage alone, on every page, with what it takes from the one before already there."""
    spent: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], object]) -> None:
        spent[stage] = spent.get(stage, 0.0) + _seconds(work)

    pages: list[tuple[Path, Page]] = []
    passages: list[Passage] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        files, embedder = build.files(settings), build.embedder(settings)
        embedder.embed_query("load the model")
        for path, number in jobs:
            read = []
            timed("read and render", lambda p=path, n=number, r=read: r.append(read_page(p, n, OPTIONS)))
            pages.append((path, read[0].page))
            timed("store files", lambda r=read: files.store_page("0" * 64, r[0].page, r[0].image))
        for number, (_, page) in enumerate(pages):
            timed(
                "split",
                lambda n=number, p=page: passages.extend(split(f"{n:064x}", p, "label", HeadingPath(), max_words=150)),
            )
        texts = [context.in_context(passage) for passage in passages]
        vectors: list[list[float]] = []
        timed(f"embed, {settings.embedding.threads} threads", lambda: vectors.extend(embedder.embed_passages(texts)))
        index = EdgeIndex(Path(folder) / "index", dimension=lambda: embedder.dimension)
        entries = [
            Entry(p, ("x",), vector, text, "", "") for p, vector, text in zip(passages, vectors, texts, strict=True)
        ]
        for place in range(0, len(entries), BATCH):
            timed("write the index", lambda p=place: index.upsert(entries[p : p + BATCH]))
        index.close()
    print(f"\n{len(passages)} passages\n\n| stage, alone | ms/page | pages/s |\n| --- | --- | --- |")
    for stage, seconds in spent.items():
        print(f"| {stage} | {1000 * seconds / len(jobs):.1f} | {len(jobs) / seconds:.1f} |")


def _bare(jobs: list[tuple[Path, int]]) -> None:
    by_path: dict[Path, list[int]] = {}
    for path, number in jobs:
        by_path.setdefault(path, []).append(number)
    chunks = [
        (path, numbers[start : start + 32]) for path, numbers in by_path.items() for start in range(0, len(numbers), 32)
    ]
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        pool.starmap(_bare_pages, chunks, chunksize=1)


def _bare_pages(path: Path, numbers: list[int]) -> int:
    document = pymupdf.open(path)
    size = 0
    for number in numbers:
        page = document[number - 1]
        page.get_text("words")
        pixels = page.get_pixmap(dpi=150)
        buffer = io.BytesIO()
        Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples).save(buffer, "JPEG", quality=80)
        size += len(buffer.getvalue())
    return size


def _in_a_process_of_its_own(paths: list[Path], data: Path) -> tuple[float, int]:
    """Seconds and peak memory in MB of one ingest."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_measured, paths, data).result()


def _measured(paths: list[Path], data: Path) -> tuple[float, int]:
    seconds = _seconds(lambda: _whole(paths, data))
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _whole(paths: list[Path], data: Path) -> None:
    settings = Settings(data=data)
    embedder = build.embedder(settings)
    sandbox = Sandbox(workers=WORKERS, timeout_s=60, memory_limit_mb=4096)
    with build.library(settings, embedder, purpose="benchmark") as library:
        pipeline = Pipeline(library, embedder, sandbox, options=OPTIONS, passage_words=settings.ingest.passage_words)
        pipeline.ingest(paths, collection="default", progress=Unwatched())
    sandbox.close()


def _opens(path: Path) -> bool:
    try:
        return pymupdf.open(path).page_count > 0
    except (RuntimeError, ValueError):
        return False


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
