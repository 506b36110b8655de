"""What becomes of each file of a folder of awkward ones in a system of benchmarks/peers.py.

    python benchmarks/awkward.py NAME FOLDER

is what benchmarks/ingest_peers.py starts, once for each system.
"""

import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import peers
import pymupdf

from docqa import build
from docqa.settings import Settings
from docqa.storage.files import digest
from docqa.types import Scope
from ingest.discover import discover

READERS: dict[str, Callable[[], peers.Reader]] = {  # in this process, one file at a time
    "LlamaIndex, pypdf": lambda: peers.pypdf_reader().load_data,
    "LlamaIndex, PyMuPDF": lambda: peers.pymupdf_reader().load_data,
    "unstructured, fast": peers.unstructured_reader,
}


def main() -> None:
    """Print the fate of each file as JSON on the last line."""
    name, folder = sys.argv[1:]
    print("\n" + json.dumps(_read(name, discover([folder]))))


def _read(name: str, paths: Sequence[Path]) -> dict[str, Any]:
    """What becomes of each file, by its name: its fate, on how many pages there is text, and seconds."""
    if name in READERS:
        read = READERS[name]()
        _warm(read)
        limits = Settings().ingest
        return {path.name: _alone(read, path, limits.page_timeout_s, limits.memory_limit_mb) for path in paths}
    with tempfile.TemporaryDirectory() as data:
        peers.SYSTEMS[name](paths, Path(data), peers.embedder(Path(data), is_real=False))
        return _fates_in(Path(data), paths)


def _warm(read: peers.Reader) -> None:
    """Read a page, so that what is imported by then need not be imported again for each file."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = pymupdf.open()
        pdf.new_page().insert_text((72, 72), "A page.")
        pdf.save(Path(folder) / "page.pdf")
        read(Path(folder) / "page.pdf")


def _fates_in(data: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """What became of the files of a library."""
    settings = Settings(data=data)
    with build.library(settings, peers.embedder(data, is_real=False), purpose="benchmark") as library:
        pages = Counter(document for document, _ in {(key.document, key.page) for key in library.index.keys(Scope())})
        known = {document.id: document for document in library.catalog.documents()}
        fates = {}
        for path in paths:
            document = known.get(digest(path))
            count = pages[document.id[:15]] if document else 0
            is_done = document is not None and document.state == "done"
            fates[path.name] = ("text" if count else "none" if is_done else "refused", count, 0.0)
        return fates


def _alone(read: peers.Reader, path: Path, timeout_s: float, memory_mb: int) -> tuple[str, int, float]:
    """Read a file in a copy of this process, which has loaded what that takes."""
    begun, (told, tell) = time.monotonic(), os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
        try:
            said = f"text {peers.has_text(read(path))}"
        except MemoryError:
            os.kill(os.getpid(), signal.SIGKILL)  # as it would be without the limit, with all that it had read
        except BaseException:  # whatever it is, it is a reason
            said = "refused 0"
        os.write(tell, said.encode())
        os._exit(0)
    os.close(tell)
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() - begun > timeout_s:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(told)
            return "slow", 0, timeout_s
        time.sleep(0.01)
    with os.fdopen(told) as pipe:
        fate, _, count = (pipe.read() or "died 0").partition(" ")
    return ("none" if fate == "text" and count == "0" else fate), int(count), time.monotonic() - begun


if __name__ == "__main__":
    main()
