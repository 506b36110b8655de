"""Checks that everything is there and fits together."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from docqa import build
from docqa.catalog.visuals import Seen
from docqa.errors import DocQAError
from docqa.protocols import Index
from docqa.sections import ModelSettings
from docqa.settings import Settings
from docqa.types import Document, Scope
from docqa.upkeep import repair

if TYPE_CHECKING:
    from docqa.model.generation import ChatModel
    from docqa.model.serving import Served

LOW_DISK_BYTES = 2 << 30
TRY = [sys.executable, "-m", "docqa.processes.confinement"]  # whether a process can be cut off from the network
TRY_S = 60.0

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    state: State
    found: str
    advice: str = ""  # what to do about it


def examine(settings: Settings, *, repairs: bool = False) -> list[Finding]:
    """Run every check; one that fails does not stop the others. With `repairs`, set right what can be."""
    checks: dict[str, Callable[[Settings], Iterator[Finding]]] = {
        "data directory": _disk,
        "library": partial(_library, repairs=repairs),
        "reranker": _reranker,
        "OCR": _ocr,
        "sandbox": _sandbox,
        "model server": _model,
        "visual search": _visual,
    }
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings += check(settings)
        except (DocQAError, OSError, subprocess.SubprocessError) as error:
            findings.append(Finding(name, "fail", str(error)))
    return findings


def _disk(settings: Settings) -> Iterator[Finding]:
    settings.data.mkdir(parents=True, exist_ok=True)
    probe = settings.data / ".probe"
    probe.write_bytes(b"")
    probe.unlink()
    free = shutil.disk_usage(settings.data).free
    low = free < LOW_DISK_BYTES
    advice = "A page takes about 0.3 MB: make room, or move the library with --data." if low else ""
    yield Finding("data directory", "warn" if low else "ok", f"{settings.data}, {free / 1e9:.1f} GB free", advice)


def _library(settings: Settings, *, repairs: bool) -> Iterator[Finding]:
    embedder = build.embedder(settings)
    yield Finding("embedding model", "ok", f"{embedder.name}, {embedder.dimension} dimensions")
    with build.library(settings, embedder, purpose="docqa doctor") as library:
        damages = repair.examine(library)
        if repairs:
            repair.repair(library, damages)
        yield _catalog(library.catalog.documents())
        if settings.index.url:
            yield from _collection(library.index)
        if settings.visual.url:
            yield _images_seen(library.catalog.visuals.counts())
        if not damages:
            total = library.index.count(Scope())
            yield Finding(
                "agreement",
                "ok",
                f"catalog, files and index ({settings.index.url or 'embedded'}) agree: {total} passages",
            )
        for damage in damages:
            name = damage.document or f"unknown document {damage.document_id[:12]}"
            if repairs:
                yield Finding("agreement", "warn", f"{name}: {damage.found}", f"Repaired: {damage.remedy}.")
            else:
                yield Finding("agreement", "fail", f"{name}: {damage.found}", "docqa doctor --repair sets it right.")


def _images_seen(seen: Seen) -> Finding:
    """How many pages are found by their images."""
    found = f"{seen.embedded} of {sum(seen)} are embedded"
    if seen.refused:
        found += f", {seen.refused} were refused by the model: the worker's log tells which and why"
    if seen.untried:
        return Finding("page images", "warn", found, "docqa up, docqa worker or docqa ingest embeds the others.")
    return Finding("page images", "warn" if seen.refused else "ok", found)


def _collection(index: Index) -> Iterator[Finding]:
    """Whether the collection on a Qdrant server is as the settings say."""
    from docqa.index.server import ServerIndex

    if isinstance(index, ServerIndex) and (differences := index.differences()):
        advice = "They count when a collection is created: name a new DOCQA_INDEX__COLLECTION, or change the settings."
        yield Finding("collection", "warn", "; ".join(differences), advice)


def _catalog(documents: list[Document]) -> Finding:
    counts = {
        state: sum(document.state == state for document in documents)
        for state in ("done", "reading", "queued", "failed")
    }
    found = ", ".join(f"{count} {state}" for state, count in counts.items() if count) or "no documents yet"
    if counts["failed"] or any(document.pages_failed for document in documents):
        return Finding(
            "catalog",
            "warn",
            found,
            "Some files or pages failed: docqa list shows them, docqa ingest --retry-failed reads them again.",
        )
    if counts["reading"] or counts["queued"]:
        advice = "Some documents are not read to the end: docqa up or docqa worker goes on with them."
        return Finding("catalog", "warn", found, advice)
    return Finding("catalog", "ok", found)


def _reranker(settings: Settings) -> Iterator[Finding]:
    reranker = build.reranker(settings)
    if reranker is None:
        yield Finding("reranker", "warn", "switched off", "Answers are better with it: DOCQA_RERANKING__ENABLED=true.")
    else:
        right, wrong = reranker.score(
            "What is the capital of France?", ["Paris is the capital of France.", "Bread needs an hour in the oven."]
        )
        state: State = "ok" if right > wrong else "fail"
        yield Finding(
            "reranker",
            state,
            "tells an answer from another sentence" if right > wrong else "prefers a wrong sentence to the answer",
        )


def _ocr(settings: Settings) -> Iterator[Finding]:
    import importlib.util

    if settings.ingest.ocr == "off":
        yield Finding("OCR", "warn", "switched off", "Scanned pages stay without text: DOCQA_INGEST__OCR=scans.")
    elif importlib.util.find_spec("rapidocr") is None:
        yield Finding("OCR", "fail", "rapidocr is not installed", "pip install -e .")
    else:
        yield Finding("OCR", "ok", "rapidocr, models inside the package")


def _sandbox(settings: Settings) -> Iterator[Finding]:
    tried = subprocess.run(TRY, capture_output=True, text=True, timeout=TRY_S, check=True).stdout.strip()
    if tried == "offline":
        limits = f"{settings.ingest.memory_limit_mb} MB and {settings.ingest.page_timeout_s:g} s a page"
        yield Finding("sandbox", "ok", f"processes that read PDFs have no network, {limits}")
    else:
        advice = "Linux on x86-64 or ARM does that. Elsewhere run docqa worker in a container that has none."
        yield Finding("sandbox", "warn", "processes that read PDFs are not cut off from the network", advice)


def _model(settings: Settings) -> Iterator[Finding]:
    if not settings.model.url:
        yield Finding("model server", "ok", "none set: answers are quotations", "")
        return
    server = build.model_server(settings)
    names = list(server.models())
    wanted = settings.model.name
    if wanted and wanted not in names:
        found = f"{settings.model.url} serves {', '.join(names)}, not {wanted}"
        yield Finding("model server", "fail", found, "Change DOCQA_MODEL__NAME.")
        return
    served = build.served(settings, server)
    yield Finding("model server", "ok", f"{settings.model.url} serves {served.name}")
    yield from serving_findings(served, settings.model)
    if served.exact and served.max_images:
        yield from _images(server, served)


def _visual(settings: Settings) -> Iterator[Finding]:
    embedder = build.visual(settings)
    if embedder is None:
        yield Finding("visual search", "ok", "no server set: pages are found by their text")
        return
    dimension = len(embedder.embed_question("Where is the chart?"))
    yield Finding(
        "visual search", "ok", f"{settings.visual.url} embeds with {settings.visual.name}: {dimension} numbers"
    )


def _images(server: "ChatModel", served: "Served") -> Iterator[Finding]:
    from docqa.model import serving

    if not serving.takes_images(server, served.max_images):
        advice = "Start it with a larger --limit-mm-per-prompt (docqa model command), or lower DOCQA_MODEL__MAX_IMAGES."
        yield Finding("image limit", "fail", f"the server takes fewer than {served.max_images} images", advice)
    elif not serving.keeps_places(server):
        advice = "Start it with --interleave-mm-strings: docqa model command prints how."
        yield Finding("image places", "fail", "the server moves images in front of the text: labels lose them", advice)
    else:
        yield Finding("image limit", "ok", f"{served.max_images} images, each where it belongs")


def serving_findings(served: "Served", settings: ModelSettings) -> Iterator[Finding]:
    """What of the served model is less than its profile or the settings ask for."""
    profile = served.profile
    advice = "docqa model command prints how to start it."
    if served.window < min(profile.window, settings.budget_tokens):
        found = f"it holds {served.window:,} tokens, less than the budget of {settings.budget_tokens:,}"
        yield Finding("context window", "warn", found, f"Start it with --max-model-len {profile.window}: {advice}")
    else:
        yield Finding("context window", "ok", f"{served.window:,} tokens, {settings.budget_tokens:,} of them budgeted")
    if not served.exact:
        found = f"tokens are bounded, not counted (profile {profile.name})"
        yield Finding("token counts", "warn", found, "Prompts hold less than they could: see docs/models.md.")
    else:
        yield Finding("token counts", "ok", f"as the server counts (profile {profile.name})")
    if profile.image_tokens is None:
        yield Finding(
            "page images", "warn", "none: the model sees only text", "Set DOCQA_MODEL__PROFILE if it sees more."
        )
    elif profile.mm_kwargs and not served.told:
        found = f"cut with {served.details[0]}, the same for every question"
        yield Finding(
            "page images", "warn", found, f"Start it with --trust-request-mm-kwargs to let docqa choose: {advice}"
        )
    else:
        found = f"at most {served.max_images}, cut with {' or '.join(map(str, served.details))}"
        yield Finding("page images", "ok", found)
