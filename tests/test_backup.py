"""Backups: what is in them, what is done about bad ones, and that a library may be in use meanwhile."""

import hashlib
import io
import shutil
import tarfile
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from docqa import build
from docqa.backup import archive
from docqa.backup.making import back_up
from docqa.backup.restoring import WORK, restore
from docqa.errors import BackupDamaged, UsageError
from docqa.sections import CatalogSettings, FilesSettings
from docqa.settings import Settings
from docqa.storage.files import Files
from docqa.upkeep import repair


def silent(what: str, done: int, of: int) -> None: ...


@pytest.fixture
def settings(example_data: Path, tmp_path: Path) -> Settings:
    shutil.copytree(example_data, tmp_path / "data")
    return Settings(data=tmp_path / "data")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "elsewhere")


@pytest.fixture(scope="module")
def made(example_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the examples; do not write to it."""
    target = tmp_path_factory.mktemp("backup") / "backup.tar"
    back_up(Settings(data=example_data), target, say=silent)
    return target


@pytest.fixture
def backup(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "backup.tar"))


def held(settings: Settings) -> tuple[list[str], list[object], list[repair.Damage]]:
    """Names of documents, all that the index holds, and what is wrong."""
    with build.library(settings, build.embedder(settings), purpose="a test") as library:
        passages, start = library.index.export(None, 10_000)
        assert start is None
        names = [document.name for document in library.catalog.documents()]
        return names, list(passages), repair.examine(library)


def changed(backup: Path, change: Callable[[tarfile.TarFile, tarfile.TarInfo, bytes], None]) -> Path:
    """The backup with every member written by `change` instead."""
    other = backup.with_name("changed.tar")
    with tarfile.open(backup) as old, tarfile.open(other, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            change(new, member, content.read())
    return other


def add(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def test_a_restored_library_is_the_same(settings: Settings, elsewhere: Settings, backup: Path):
    before = held(settings)
    contents = restore(elsewhere, backup, say=silent)
    assert held(elsewhere) == before
    assert before[2] == []
    assert (contents.documents, contents.passages) == (len(before[0]), len(before[1]))
    assert not (elsewhere.data / WORK).exists()
    for path in settings.data.glob("files/??/**/*.*"):
        assert (elsewhere.data / path.relative_to(settings.data)).read_bytes() == path.read_bytes()


def test_any_tool_can_check_a_backup(backup: Path, tmp_path: Path):
    with tarfile.open(backup) as tar:
        tar.extractall(tmp_path / "out", filter="data")
    lines = (tmp_path / "out" / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = [path for path in (tmp_path / "out").rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert {path.relative_to(tmp_path / "out").as_posix() for path in found} == set(sums)
    for path in found:
        name = path.relative_to(tmp_path / "out").as_posix()
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sums[name]


def test_nothing_is_overwritten(settings: Settings, elsewhere: Settings, backup: Path):
    content = backup.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        back_up(settings, backup, say=silent)
    assert backup.read_bytes() == content
    with pytest.raises(UsageError, match=r"There is a library in .* already: restore into an empty directory"):
        restore(settings, backup, say=silent)
    with pytest.raises(UsageError, match="There is no library in"):
        back_up(elsewhere, backup.with_name("other.tar"), say=silent)
    assert not elsewhere.data.exists()


def test_a_changed_byte_is_found_and_named(elsewhere: Settings, backup: Path):
    def flip(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        add(tar, member, bytes([content[0] ^ 1]) + content[1:] if member.name.endswith("pages/2.jpg") else content)

    with pytest.raises(BackupDamaged, match=r"damaged at files/.*/pages/2\.jpg"):
        restore(elsewhere, changed(backup, flip), say=silent)
    assert not any((elsewhere.data / name).exists() for name in ("catalog.db", "files", "index", WORK))


@pytest.mark.parametrize("lost", ["catalog.db", "SHA256SUMS", "passages/000000.jsonl.gz"])
def test_what_is_missing_is_found(elsewhere: Settings, backup: Path, lost: str):
    def leave_out(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        if member.name != lost:
            add(tar, member, content)

    with pytest.raises(BackupDamaged, match="not complete" if lost == "SHA256SUMS" else f"damaged at {lost}"):
        restore(elsewhere, changed(backup, leave_out), say=silent)


@pytest.mark.parametrize("share", [0, 0.3, 0.7, 0.95])
def test_a_backup_that_ends_early_is_none(elsewhere: Settings, backup: Path, share: float):
    content = backup.read_bytes()
    backup.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BackupDamaged):
        restore(elsewhere, backup, say=silent)
    assert not (elsewhere.data / "catalog.db").exists()


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "files/../../evil", "files/aa/b/original.pdf", "owner", "logs"]
)
def test_a_member_that_belongs_elsewhere_is_refused(elsewhere: Settings, backup: Path, tmp_path: Path, name: str):
    def smuggle(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        add(tar, member, content)
        if member.name == archive.HEAD:
            add(tar, tarfile.TarInfo(name), b"evil")

    with pytest.raises(BackupDamaged, match="which no backup of docqa does"):
        restore(elsewhere, changed(backup, smuggle), say=silent)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(elsewhere: Settings, backup: Path, kind: bytes):
    def link(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        if member.name == "catalog.db":
            member.type, member.linkname, content = kind, "/etc/passwd", b""
        add(tar, member, content)

    with pytest.raises(BackupDamaged, match="no plain file"):
        restore(elsewhere, changed(backup, link), say=silent)


def test_a_member_that_comes_twice_is_refused(elsewhere: Settings, backup: Path):
    def repeat(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        add(tar, member, content)
        if member.name == "catalog.db":
            add(tar, member, content)

    with pytest.raises(BackupDamaged, match="twice"):
        restore(elsewhere, changed(backup, repeat), say=silent)


def test_a_backup_of_a_later_kind_is_said_to_be_one(elsewhere: Settings, backup: Path):
    def later(tar: tarfile.TarFile, member: tarfile.TarInfo, content: bytes) -> None:
        add(tar, member, b'{"format": 2}' if member.name == archive.HEAD else content)

    with pytest.raises(BackupDamaged, match="format 2, this docqa knows 1"):
        restore(elsewhere, changed(backup, later), say=silent)


@pytest.mark.parametrize("content", [b"", b"no tar at all " * 100])
def test_another_file_is_no_backup(elsewhere: Settings, tmp_path: Path, content: bytes):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BackupDamaged, match=r"not a whole backup|not complete"):
        restore(elsewhere, tmp_path / "other", say=silent)


def test_a_restore_that_was_cut_short_is_begun_anew(elsewhere: Settings, backup: Path):
    for name in (WORK, "files/aa", "index"):
        (elsewhere.data / name).mkdir(parents=True)
    assert restore(elsewhere, backup, say=silent).documents == 2
    assert held(elsewhere)[2] == []


def test_a_document_that_is_deleted_meanwhile_is_not_in_the_backup(
    settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    recorded, deleted = Files.recorded, []

    def deleting(self: Files, document_id: str, pages: object) -> list[tuple[str, Path]]:
        found = recorded(self, document_id, pages)  # type: ignore[arg-type]
        if not deleted:
            with build.library(settings, build.embedder(settings), purpose="a test") as library:
                [document] = library.catalog.documents(ids=[document_id])
                library.delete(document)
            deleted.append(document.name)
        return found

    monkeypatch.setattr(Files, "recorded", deleting)
    contents = back_up(settings, tmp_path / "backup.tar", say=silent)
    assert (contents.documents, contents.missing) == (1, ())
    restore(elsewhere, tmp_path / "backup.tar", say=silent)
    names, _, damages = held(elsewhere)
    assert (len(names), damages) == (1, [])
    assert deleted[0] not in names


def test_what_comes_after_the_catalog_was_copied_is_left_out(
    settings: Settings, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy_into = build.Catalog.copy_into
    model = build.embedder(settings)

    def then_change(self: build.Catalog, path: Path) -> None:
        copy_into(self, path)
        with build.library(settings, model, purpose="a test") as library:
            first, second = library.catalog.documents()
            library.index.set_collections(first.id, ["later"])
            with library.catalog.hold(second.id) as hold:
                hold.forget_pages([1])

    monkeypatch.setattr(build.Catalog, "copy_into", then_change)
    back_up(settings, tmp_path / "backup.tar", say=silent)
    restore(elsewhere, tmp_path / "backup.tar", say=silent)
    assert held(elsewhere)[2] == []


def test_files_that_the_library_lacks_are_told(settings: Settings, tmp_path: Path):
    lost = next(settings.data.glob("files/*/*/pages/1.jpg"))
    lost.unlink()
    contents = back_up(settings, tmp_path / "backup.tar", say=silent)
    assert contents.missing == (lost.relative_to(settings.data / "files").as_posix(),)


def test_files_in_a_bucket_are_restored_and_backed_up_too(
    settings: Settings, elsewhere: Settings, backup: Path, tmp_path: Path
):
    in_bucket = elsewhere.model_copy(update={"files": FilesSettings(url=f"memory://{uuid.uuid4().hex}")})
    restore(in_bucket, backup, say=silent)
    assert held(in_bucket) == held(settings)
    assert not list(in_bucket.data.glob("files/??"))
    assert back_up(in_bucket, tmp_path / "again.tar", say=silent).missing == ()
    with pytest.raises(UsageError, match="DOCQA_FILES__URL holds documents already"):
        restore(in_bucket.model_copy(update={"data": tmp_path / "third"}), backup, say=silent)


def test_a_catalog_on_a_server_is_backed_up_and_restored_too(
    settings: Settings, elsewhere: Settings, backup: Path, postgres_url: str, tmp_path: Path
):
    on_server = elsewhere.model_copy(update={"catalog": CatalogSettings(url=SecretStr(postgres_url))})
    restore(on_server, backup, say=silent)
    assert held(on_server) == held(settings)
    assert not (on_server.data / "catalog.db").exists()
    contents = back_up(on_server, tmp_path / "again.tar", say=silent)
    back = Settings(data=tmp_path / "back")
    assert restore(back, tmp_path / "again.tar", say=silent).documents == contents.documents
    assert held(back) == held(settings)
    with pytest.raises(UsageError, match="DOCQA_CATALOG__URL holds documents already"):
        restore(on_server.model_copy(update={"data": tmp_path / "third"}), backup, say=silent)
