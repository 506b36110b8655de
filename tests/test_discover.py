from pathlib import Path

import pytest

from docqa.errors import UsageError
from ingest.discover import discover


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ["b.pdf", "a.PDF", "notes.txt", "sub/c.pdf", ".hidden.pdf", ".trash/d.pdf"]:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "in"


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_a_folder_gives_the_pdfs_in_it_and_below_but_no_hidden_ones(folder: Path):
    assert names(discover([str(folder)])) == ["a.PDF", "b.pdf", "c.pdf"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(folder: Path):
    assert names(discover([str(folder / "notes.txt")])) == ["notes.txt"]


def test_patterns_are_followed(folder: Path):
    assert names(discover([f"{folder}/**/*.pdf"])) == ["b.pdf", "c.pdf"]


def test_a_file_named_twice_comes_once(folder: Path):
    assert names(discover([str(folder / "b.pdf"), str(folder)])) == ["b.pdf", "a.PDF", "c.pdf"]


@pytest.mark.parametrize("path", ["nowhere.pdf", "nothing-*.pdf"])
def test_a_path_to_nothing_is_refused_by_name(path: str):
    with pytest.raises(UsageError, match=path.replace("*", r"\*")):
        discover([path])


def test_a_folder_without_pdfs_is_refused_by_name(tmp_path: Path):
    with pytest.raises(UsageError, match=f"No PDF in {tmp_path}"):
        discover([str(tmp_path)])
