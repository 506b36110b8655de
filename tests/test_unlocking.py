"""PDFs that need a password: what opens them, what is kept, and what is not."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from docqa.errors import DocumentError, EncryptedPDF
from docqa.library import Library
from docqa.storage.files import digest
from docqa.storage.staging import Staging
from docqa.storage.unlocking import Unlocker
from docqa.upkeep import repair
from ingest import intake
from ingest.pipeline import Pipeline
from tests.commands import docqa
from tests.conftest import PASSWORD
from tests.fakes import Silent, run

MakePDF = Callable[..., Path]


@pytest.fixture
def unlocker(library: Library) -> Iterator[Unlocker]:
    staging = Staging(library.files.uploads)
    yield Unlocker(staging, timeout_s=60, memory_limit_mb=2048)
    staging.close()


def opening(unlocker: Unlocker, password: str) -> Callable[[Path], AbstractContextManager[Path | None]]:
    return lambda path: unlocker.copy(path, password)


def test_a_copy_opens_without_the_password_and_goes_with_the_block(unlocker: Unlocker, locked: MakePDF):
    with unlocker.copy(locked("The secret is 42."), PASSWORD) as copy:
        assert copy
        assert b"/Encrypt" not in copy.read_bytes()
    assert not copy.exists()


def test_a_wrong_password_is_told(unlocker: Unlocker, locked: MakePDF):
    with pytest.raises(EncryptedPDF, match="does not open it"), unlocker.copy(locked("Secret."), "wrong"):
        raise AssertionError("it opened")


@pytest.mark.parametrize("body", [None, b"", b"no PDF", b"%PDF-1.7 /Encrypt and no more"])
def test_what_needs_no_password_or_lacks_more_than_that_is_left_alone(
    unlocker: Unlocker, make_pdf: MakePDF, body: bytes | None
):
    path = make_pdf("Open to all.")
    if body is not None:
        path.write_bytes(body)
    with unlocker.copy(path, PASSWORD) as copy:
        assert copy is None


def test_a_file_that_takes_too_long_is_given_up(library: Library, locked: MakePDF):
    hasty = Unlocker(Staging(library.files.uploads), timeout_s=0.01, memory_limit_mb=2048)
    with pytest.raises(DocumentError, match=r"more than 0\.01 s"), hasty.copy(locked("Secret."), PASSWORD):
        raise AssertionError("it opened")


def test_the_password_is_not_among_the_words_of_a_command(
    unlocker: Unlocker, locked: MakePDF, monkeypatch: pytest.MonkeyPatch
):
    commands = []
    real = subprocess.run

    def noted(command: list[str], **options: object) -> subprocess.CompletedProcess:
        commands.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    with unlocker.copy(locked("Secret."), PASSWORD):
        assert commands
        assert not any(PASSWORD in word for command in commands for word in command)


def test_a_document_fails_for_want_of_a_password_and_is_read_once_it_is_given(
    library: Library, pipeline: Pipeline, unlocker: Unlocker, locked: MakePDF
):
    path = locked("The secret is 42.")
    [report], _ = run(pipeline, path)
    assert (report.outcome, "--password" in report.error) == ("failed", True)
    assert library.catalog.documents()[0].needs_password
    registered, refused = intake.register(
        library, [path], collection="default", progress=Silent(), unlocked=opening(unlocker, PASSWORD)
    )
    pipeline.read_unfinished(Silent())
    assert not refused
    [report] = intake.reports(library, registered)
    assert (report.outcome, report.pages) == ("done", 1)
    [document] = library.catalog.documents()
    assert (document.id, document.needs_password) == (digest(path), False)
    assert library.files.page(document.id, 1).text == "The secret is 42."
    assert library.files.original(document.id).read_bytes() == path.read_bytes()


def test_a_wrong_password_on_the_way_in_changes_nothing(library: Library, unlocker: Unlocker, locked: MakePDF):
    registered, [refused] = intake.register(
        library, [locked("Secret.")], collection="default", progress=Silent(), unlocked=opening(unlocker, "wrong")
    )
    assert (registered, refused.outcome, "does not open it" in refused.error) == ([], "failed", True)
    assert library.catalog.documents() == []
    assert library.files.document_ids() == []


def test_doctor_agrees_with_what_is_stored_and_a_deletion_takes_it_all(
    library: Library, pipeline: Pipeline, unlocker: Unlocker, locked: MakePDF
):
    intake.register(
        library,
        [locked("Secret.")],
        collection="default",
        progress=Silent(),
        unlocked=opening(unlocker, PASSWORD),
    )
    pipeline.read_unfinished(Silent())
    assert repair.examine(library) == []
    [document] = library.catalog.documents()
    folder = library.files.original(document.id).parent
    assert sorted(path.name for path in folder.iterdir()) == ["original.pdf", "pages", "unlocked.pdf"]
    assert library.delete(document).files == 4
    assert not folder.exists()


def test_the_command_takes_it_from_a_file_or_the_environment(locked: MakePDF, tmp_path: Path):
    first, second = locked("Secret one.", name="one.pdf"), locked("Secret two.", name="two.pdf")
    data = tmp_path / "data"
    wrong = docqa("ingest", str(first), data=data, DOCQA_PDF_PASSWORD="wrong")
    assert (wrong.returncode, "does not open it" in wrong.stderr) == (1, True)
    assert docqa("ingest", str(first), data=data, DOCQA_PDF_PASSWORD=PASSWORD).returncode == 0
    (tmp_path / "word").write_text(PASSWORD + "\n", encoding="utf-8")
    assert docqa("ingest", str(second), "--password-file", str(tmp_path / "word"), data=data).returncode == 0
    stored = [path for path in data.rglob("*") if path.is_file()]
    assert not [path for path in stored if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_the_command_asks_for_it_without_showing_it(locked: MakePDF, tmp_path: Path):
    import pty

    path = locked("Secret.")
    code = "from docqa.cli import main; main()"
    words = [sys.executable, "-c", code, "--data", str(tmp_path / "data"), "ingest", str(path), "--password"]
    main, terminal = pty.openpty()
    with subprocess.Popen(words, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True) as process:
        shown = b""
        with open(main, "r+b", buffering=0) as screen:
            while b"Password of the PDFs" not in shown:
                shown += screen.read(100)
            screen.write(PASSWORD.encode() + b"\n")
            while b"read 1 of 1 files" not in shown:
                shown += screen.read(1000)
            assert process.wait() == 0
    assert PASSWORD.encode() not in shown


def test_a_password_without_a_file_is_no_command(tmp_path: Path):
    done = docqa("ingest", "--password", "report.pdf", data=tmp_path / "data")
    assert done.returncode != 0
    assert "--password without a value comes last" in done.stderr
