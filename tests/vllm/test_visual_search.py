"""Page images and questions embedded by a real vLLM. Its weights are random: how well pages are found is not seen."""

import io
import math

import pytest
from PIL import Image

from docqa.errors import ModelRefused
from docqa.model.visual import ServedVisualEmbedder
from docqa.sections import VisualSettings
from tests.vllm.conftest import MODEL, VLLM

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def embedder(embedding_vllm: VLLM) -> ServedVisualEmbedder:
    return ServedVisualEmbedder(VisualSettings(url=embedding_vllm.url, name=MODEL, timeout_s=300))


def page(shade: int, size: tuple[int, int] = (620, 877)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade, 255 - shade, 128)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_questions_and_pages_of_any_shape_are_vectors_of_one_kind(embedder: ServedVisualEmbedder):
    vectors = [
        embedder.embed_question("Which chart falls?"),
        embedder.embed_page(page(20)),
        embedder.embed_page(page(20, (877, 620))),
        embedder.embed_page(page(20, (60, 1200))),
    ]
    assert len({len(vector) for vector in vectors}) == 1
    assert [math.hypot(*vector) for vector in vectors] == pytest.approx([1.0] * 4)


def test_it_is_the_image_that_is_embedded(embedder: ServedVisualEmbedder):
    first, again, other = (embedder.embed_page(page(shade)) for shade in (20, 20, 240))
    assert math.dist(first, again) < 0.02 < math.dist(first, other)


def test_what_is_too_long_is_refused_with_what_to_do(embedder: ServedVisualEmbedder):
    with pytest.raises(ModelRefused, match="--max-model-len"):
        embedder.embed_question("harbour " * 6000)
