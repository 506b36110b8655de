"""`docqa ingest --watch` as a user runs it."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from docqa import build
from docqa.settings import Settings
from tests.commands import docqa, eventually
from tests.conftest import EXAMPLES
from tests.test_cli import DOCQA

MANUAL = EXAMPLES / "turbine-manual.pdf"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="is stopped by SIGTERM")


class Following:
    """A running command, and what its library holds."""

    def __init__(self, process: subprocess.Popen[str], data: Path, said: Path) -> None:
        self.process = process
        self._data = data
        self._said = said

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8")

    def sources(self) -> dict[str, list[str]]:
        """Names of the files of each document that was read."""
        with build.catalog(Settings(data=self._data)) as catalog:
            return {
                document.name: [Path(path).name for _, path in catalog.sources.of(document.id)]
                for document in catalog.documents()
                if document.state == "done"
            }

    def eventually(self, condition: Callable[[], bool]) -> None:
        def holds() -> bool:
            assert self.process.poll() is None, self.said()
            return condition()

        eventually(holds)


@contextmanager
def following(folder: Path, data: Path) -> Iterator[Following]:
    said = data.parent / "said"
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen([*DOCQA, "--data", str(data), "ingest", "--watch", str(folder)], stderr=output)
    try:
        yield Following(process, data, said)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in said.read_text(encoding="utf-8")


def test_the_library_follows_a_folder(tmp_path: Path, make_pdf: Callable[..., Path]):
    folder, data = tmp_path / "papers", tmp_path / "data"
    make_pdf("It was removed while nobody followed.", name="papers/old.pdf")
    assert docqa("ingest", str(folder), str(make_pdf("Another file.")), data=data).returncode == 0
    (folder / "old.pdf").unlink()
    shutil.copy2(MANUAL, folder)
    with following(folder, data) as watch:
        watch.eventually(lambda: watch.sources().keys() == {"turbine-manual.pdf", "report.pdf"})

        make_pdf("The first version.", name="papers/deep/new.pdf")
        watch.eventually(lambda: "new.pdf" in watch.sources())
        found = json.loads(docqa("search", "first version", "--json", data=data).stdout)
        assert found["pages"][0]["document"] == "new.pdf"

        (folder / "turbine-manual.pdf").rename(folder / "moved.pdf")
        watch.eventually(lambda: watch.sources().get("moved.pdf") == ["moved.pdf"])

        shutil.rmtree(folder / "deep")
        watch.eventually(lambda: "new.pdf" not in watch.sources())

        folder.rename(tmp_path / "away")
        watch.eventually(lambda: "is not there: waiting for it" in watch.said())
        assert watch.sources() == {"moved.pdf": ["moved.pdf"], "report.pdf": ["report.pdf"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "No such folder"),
        ([str(MANUAL)], "is a file: docqa ingest reads it"),
        ([str(EXAMPLES), "--retry-failed"], "--retry-failed does not"),
        ([], "Which files?"),
    ],
)
def test_a_mistake_is_answered_in_one_line(tmp_path: Path, words: list[str], said: str):
    done = docqa("ingest", "--watch", *words, data=tmp_path / "data")
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
