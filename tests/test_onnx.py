import logging
from pathlib import Path

import pytest

from docqa.encoders.embedding import BGE_SMALL
from docqa.encoders.onnx import TextModel
from docqa.errors import SettingsError


def test_a_model_runs_where_its_graph_cannot_be_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        model = TextModel(BGE_SMALL.path(), threads=1, cache=tmp_path / "file" / "cache")
    assert model.run(["How much was the audit fee?"])[0].shape[-1] == 384
    assert "cannot be written" in caplog.text


def test_a_graph_that_was_written_in_part_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    TextModel(BGE_SMALL.path(), threads=1, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_model_is_told(tmp_path: Path):
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_bytes((BGE_SMALL.path() / "tokenizer.json").read_bytes())
    with pytest.raises(SettingsError, match="cannot be loaded as an ONNX model"):
        TextModel(tmp_path, threads=1, cache=tmp_path / "cache")
