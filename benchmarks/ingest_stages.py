"""Ingest by stage, beside the bare loop over the same pages.

    python benchmarks/ingest_stages.py FOLDER [--runs 3]

Without OCR; Linux. The bare loop opens each PDF with PyMuPDF, gets the words of each page, renders it at 150 dpi and
encodes it with Pillow as JPEG at quality 80: what nobody can do without. It runs in as many processes as the pipeline
may use. Then the pipeline runs into a fresh library with vectors that cost nothing, then with the embedding model,
then over the same files again, and over a new version of each with one page of ten changed; then each stage alone,
in this process, the bare loop and the reading of the same pages in turn. Starting processes and models does not count.
On a machine that others use, compare processor time.
"""

import argparse
import gc
import io
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import processor
import pymupdf
from machine import machine
from PIL import Image

from docqa import build
from docqa.index.edge import EdgeIndex
from docqa.protocols import Embedder, Entry
from docqa.retrieval import context
from docqa.settings import Settings
from docqa.types import Page, Passage, Vector
from ingest.child import OBJECTS
from ingest.discover import discover
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions, glance, read_cover, read_page
from ingest.sandbox import Sandbox
from ingest.split import HeadingPath, split

WORKERS = os.cpu_count() or 1
OPTIONS = ReadingOptions(ocr="off")
BATCH = 64
CHANGED_EVERY = 10
AT_ONCE = 32  # pages of a PDF: after so many the bare loop and the reading take turns
BARE = "bare loop"
WRITTEN = ("read and render", "store files", "write the index")  # what it is compared with


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took."""

    wall_s: float
    cpu_s: float  # of all processes
    idle: float  # share of the machine's processor time that nobody used meanwhile
    main_mb: int  # peak of the process that hands out pages
    child_mb: int  # peak of the largest one that reads them


class Unwatched:
    """Progress that nobody looks at."""

    def register(self, files: int, of: int) -> None: ...

    def images(self, tried: int, of: int) -> None: ...

    def begin(self, pages: int) -> None: ...

    def page(self, document: str) -> None: ...


class Unembedded:
    """Vectors that cost nothing and mean nothing."""

    name = "none"
    dimension = 384

    def embed_query(self, text: str) -> Vector:
        return [self.dimension**-0.5] * self.dimension

    def embed_passages(self, texts: Sequence[str]) -> list[Vector]:
        return [self.embed_query(text) for text in texts]


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    found = [path for path in discover([options.folder]) if _opens(path)]
    runs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = _copied(found, Path(folder) / "in")
        jobs = [(path, number) for path in paths for number in range(1, read_cover(path, OPTIONS).pages + 1)]
        for run in range(options.runs):  # side by side, so that what else the machine does hits all
            for path, original in zip(paths, found, strict=True):
                path.write_bytes(original.read_bytes())
            for name, (work, *given) in {
                f"bare loop, {WORKERS} processes": (_bare, jobs),
                "docqa ingest without embedding": (_whole, paths, Path(folder) / f"unembedded{run}", False),
                "docqa ingest": (_whole, paths, Path(folder) / f"whole{run}", True),
                "the same files again": (_whole, paths, Path(folder) / f"whole{run}", True),
                f"one page of {CHANGED_EVERY} changed": (_changed, paths, Path(folder) / f"whole{run}"),
            }.items():
                runs.setdefault(name, []).append(_in_a_process_of_its_own(work, *given))
        print(f"{machine()}; {len(paths)} PDFs, {len(jobs)} pages; median of {options.runs}\n")
        _print_runs(runs, len(jobs))
        _stages(jobs, statistics.median(cost.cpu_s for cost in runs["docqa ingest"]))


def _print_runs(runs: dict[str, list[Cost]], pages: int) -> None:
    print("| | pages/s | of the bare loop | CPU ms/page | of the bare loop | machine idle | main, child MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    floor = statistics.median(cost.wall_s for cost in next(iter(runs.values())))
    floor_cpu = statistics.median(cost.cpu_s for cost in next(iter(runs.values())))
    for name, costs in runs.items():
        wall, cpu = (statistics.median(cost.wall_s for cost in costs), statistics.median(cost.cpu_s for cost in costs))
        idle = statistics.median(cost.idle for cost in costs)
        memory = f"{max(cost.main_mb for cost in costs)}, {max(cost.child_mb for cost in costs)}"
        speed = f"{pages / wall:.1f} | {floor / wall:.0%} | {1000 * cpu / pages:.1f} | {floor_cpu / max(cpu, 0.01):.0%}"
        print(f"| {name} | {speed} | {idle:.0%} | {memory} |")


def _stages(jobs: list[tuple[Path, int]], whole_cpu_s: float) -> None:
    """Each stage alone, on every page, with what it takes from the one before already there."""
    spent: dict[str, float] = {}

    def timed(stage: str, work: Callable[[], object]) -> None:
        start = time.process_time()
        work()
        spent[stage] = spent.get(stage, 0.0) + time.process_time() - start

    pages: list[tuple[Path, Page]] = []
    passages: list[Passage] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        files, embedder = build.files(settings), build.embedder(settings)
        embedder.embed_query("load the model")
        for turn, (path, numbers) in enumerate(_chunks(jobs)):
            if turn % 2:
                timed(BARE, lambda p=path, n=numbers: _bare_pages(p, n))
            gc.freeze()  # the pages that are kept here for the stages to come: a child keeps none
            gc.set_threshold(OBJECTS)  # as a child does
            for number in numbers:
                read = []
                timed("read and render", lambda p=path, n=number, r=read: r.append(read_page(p, n, OPTIONS)))
                timed("of this, the fingerprint", lambda p=path, n=number: glance(p, [n], OPTIONS))
                pages.append((path, read[0].page))
                timed("store files", lambda r=read: files.store_page("0" * 64, r[0].page, r[0].image))
            if not turn % 2:
                timed(BARE, lambda p=path, n=numbers: _bare_pages(p, n))
        for number, (_, page) in enumerate(pages):
            timed(
                "split",
                lambda n=number, p=page: passages.extend(split(f"{n:064x}", p, "label", HeadingPath(), max_words=150)),
            )
        texts = [context.embedded(passage) for passage in passages]
        vectors: list[list[float]] = []
        timed(f"embed, {settings.embedding.threads} threads", lambda: vectors.extend(embedder.embed_passages(texts)))
        index = EdgeIndex(Path(folder) / "index", dimension=lambda: embedder.dimension)
        entries = [
            Entry(p, ("x",), vector, text, "", "") for p, vector, text in zip(passages, vectors, texts, strict=True)
        ]
        for place in range(0, len(entries), BATCH):
            timed("write the index", lambda p=place: index.upsert(entries[p : p + BATCH]))
        index.close()
    print(f"\n{len(passages)} passages\n\n| stage, alone | CPU ms/page |\n| --- | --- |")
    bare = spent.pop(BARE)
    for stage, seconds in spent.items():
        print(f"| {stage} | {1000 * seconds / len(jobs):.1f} |")
    together = sum(seconds for stage, seconds in spent.items() if not stage.startswith("of this"))
    print(f"| together | {1000 * together / len(jobs):.1f} |")
    written = sum(spent[stage] for stage in WRITTEN)
    print(f"\nThe bare loop in turn: {1000 * bare / len(jobs):.1f} ms, {bare / written:.0%} of {', '.join(WRITTEN)}.")
    print(f"The stages are {together / whole_cpu_s:.0%} of the processor time of docqa ingest.")


def _chunks(jobs: list[tuple[Path, int]]) -> list[tuple[Path, list[int]]]:
    by_path: dict[Path, list[int]] = {}
    for path, number in jobs:
        by_path.setdefault(path, []).append(number)
    return [
        (path, numbers[start : start + AT_ONCE])
        for path, numbers in by_path.items()
        for start in range(0, len(numbers), AT_ONCE)
    ]


def _bare(jobs: list[tuple[Path, int]]) -> Cost:
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        pool.starmap(_bare_pages, [(jobs[0][0], [1])] * 8 * WORKERS, chunksize=1)  # they have started
        return _measured(lambda: pool.starmap(_bare_pages, _chunks(jobs), chunksize=1))


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


def _in_a_process_of_its_own(work: Callable[..., Cost], *given: object) -> Cost:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *given).result()


def _measured(work: Callable[[], object]) -> Cost:
    """What some work takes in this process and its children, which must not have ended."""
    clock, cpu, start = processor.clock(), processor.seconds(), time.perf_counter()
    work()
    wall_s = time.perf_counter() - start
    idle = processor.idle_share(clock, processor.clock())
    return Cost(wall_s, processor.seconds() - cpu, idle, *processor.peak_mb())


def _whole(paths: list[Path], data: Path, is_embedded: bool) -> Cost:
    settings = Settings(data=data)
    embedder: Embedder = build.embedder(settings) if is_embedded else Unembedded()
    embedder.embed_query("load the model")
    sandbox = Sandbox(workers=WORKERS, timeout_s=60, memory_limit_mb=4096)
    for pending in [sandbox.submit(read_page, paths[0], 1, OPTIONS) for _ in range(8 * WORKERS)]:
        pending.result()  # its children have started
    try:
        with build.library(settings, embedder, purpose="benchmark") as library:
            pipeline = Pipeline(library, embedder, sandbox, options=OPTIONS, passage_words=150)
            return _measured(lambda: pipeline.ingest(paths, collection="default", progress=Unwatched()))
    finally:
        sandbox.close()


def _changed(paths: list[Path], data: Path) -> Cost:
    """Ingest with a line added to some pages of each file."""
    for path in paths:
        with suppress(RuntimeError, ValueError):  # of PDFs that can be read but not written
            pdf = pymupdf.open(path)
            for number in range(0, pdf.page_count, CHANGED_EVERY):
                pdf[number].insert_text((72, 40), "A line that was not there before.", fontsize=8)
            path.write_bytes(pdf.tobytes())
    return _whole(paths, data, True)


def _copied(paths: list[Path], folder: Path) -> list[Path]:
    folder.mkdir()
    copies = [folder / f"{place}-{path.name}" for place, path in enumerate(paths)]
    for path, copy in zip(paths, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    return copies


def _opens(path: Path) -> bool:
    try:
        return pymupdf.open(path).page_count > 0
    except (RuntimeError, ValueError):
        return False


if __name__ == "__main__":
    main()
