"""From which probability on a question is not found: by setting, else by the embedding model."""

from dataclasses import dataclass

import pytest

from docqa import build
from docqa.answers import answerability
from docqa.encoders import e5
from docqa.library import Library
from docqa.sections import AnswerSettings
from docqa.settings import load
from tests.fakes import WordHashEmbedder


@dataclass(frozen=True, slots=True)
class Named(WordHashEmbedder):
    name: str = "unknown"


@pytest.mark.parametrize(
    ("model", "set_to", "below"),
    [
        ("unknown", None, answerability.NOT_FOUND_BELOW),
        (e5.KEPT, None, 0.8),
        (e5.KEPT, 0.5, 0.5),
        ("unknown", 0.0, 0.0),
    ],
)
def test_the_setting_decides_then_the_model(library: Library, model: str, set_to: float | None, below: float):
    settings = load().model_copy(update={"answer": AnswerSettings(not_found_below=set_to)})
    assert build.engine(settings, library, Named(model)).not_found_below == below
