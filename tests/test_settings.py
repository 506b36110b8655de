from pathlib import Path

import pytest

from docqa.errors import SettingsError
from docqa.settings import explained, load


def test_a_variable_sets_a_nested_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_MODEL__TIMEOUT_S", "30")
    assert load().model.timeout_s == 30


def test_one_setting_of_a_section_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_INGEST__WORKERS", "1")
    assert load().ingest.passage_words == 150


@pytest.mark.parametrize(
    ("name", "meant"),
    [("DOCQA_MODEL__URRL", "DOCQA_MODEL__URL"), ("DOCQA_MODLE__URL", "DOCQA_MODEL__URL"), ("DOCQA_DATE", "DOCQA_DATA")],
)
def test_a_misspelt_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, meant: str):
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=f"{name}.*Did you mean {meant}"):
        load()


def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_INGEST__PAGE_TIMEOUT_S", "soon")
    with pytest.raises(SettingsError, match="DOCQA_INGEST__PAGE_TIMEOUT_S='soon'"):
        load()


@pytest.mark.parametrize("given", ["docqa.example.org, docqa", '["docqa.example.org", "docqa"]'])
def test_names_are_separated_by_commas_or_a_json_list(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv("DOCQA_API__HOSTS", given)
    assert load().api.hosts == ("docqa.example.org", "docqa")


def test_a_list_that_cannot_be_read_is_refused_by_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_API__HOSTS", "['docqa.example.org']")
    with pytest.raises(SettingsError, match=r"DOCQA_API__HOSTS=.*separated by commas"):
        load()


def test_a_file_in_the_current_directory_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text("DOCQA_MODEL__NAME=from-file\nDOCQA_MODEL__URL=http://file/v1\nOTHER=ignored\n")
    monkeypatch.setenv("DOCQA_MODEL__NAME", "from-environment")
    settings = load()
    assert (settings.model.name, settings.model.url) == ("from-environment", "http://file/v1")


def test_a_misspelt_setting_in_the_file_is_refused_with_the_file():
    Path(".env").write_text("DOCQA_MODEL__NAEM=x\n")
    with pytest.raises(SettingsError, match=r"DOCQA_MODEL__NAEM \(\.env\)"):
        load()


def test_every_setting_says_where_it_came_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    Path(".env").write_text("DOCQA_ANSWER__PAGES=7\n")
    monkeypatch.setenv("DOCQA_MODEL__API_KEY", "secret")
    rows = {row.name: row for row in explained(load(tmp_path), tmp_path)}
    assert rows["DOCQA_DATA"].source == "--data"
    assert (rows["DOCQA_ANSWER__PAGES"].value, rows["DOCQA_ANSWER__PAGES"].source) == ("7", ".env")
    assert rows["DOCQA_INGEST__OCR"].source == "default"
    assert "secret" not in rows["DOCQA_MODEL__API_KEY"].value


def test_a_relative_data_directory_does_not_move_with_the_process(tmp_path: Path):
    assert load(Path("here")).data == tmp_path / "here"


def test_the_password_of_pdfs_is_no_setting_but_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_PDF_PASSWORD", "secret")
    assert "DOCQA_PDF_PASSWORD" not in {row.name for row in explained(load())}
    Path(".env").write_text("DOCQA_PDF_PASSWORD=secret\n")
    with pytest.raises(SettingsError, match=r"DOCQA_PDF_PASSWORD \(\.env\)"):
        load()
