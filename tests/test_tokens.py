from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.encoders.embedding import BGE_SMALL
from docqa.errors import SettingsError
from docqa.model import tokens
from docqa.model.profiles import PHI3_LAYOUT, QWEN_LAYOUT
from docqa.model.tokenization import from_file
from docqa.model.tokens import Count, ImageCost, Message


def characters(text: str, own: bool) -> int:
    return len(text) + own


@cache
def bert() -> Count:
    return from_file(BGE_SMALL.path())


@given(st.text())
def test_no_tokenizer_exceeds_the_upper_bound(text: str):
    assert bert()(text, True) <= tokens.at_most(text, True)
    assert bert()(text, False) <= tokens.at_most(text, False)


def test_a_path_that_holds_no_tokenizer_is_named(tmp_path: Path):
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(SettingsError, match="DOCQA_MODEL__TOKENIZER"):
        from_file(tmp_path)


CONVERSATION: list[Message] = [("system", ["Be brief."]), ("user", ["Page", ImageCost(313), "Question"])]


def test_without_images_the_text_is_one():
    whole = "<|system|>\nBe brief.<|end|>\n<|user|>\nPage\nQuestion<|end|>\n<|assistant|>\n"
    messages: list[Message] = [("system", ["Be brief."]), ("user", ["Page", "Question"])]
    assert tokens.of_prompt(messages, PHI3_LAYOUT, characters) == len(whole)


def test_between_images_each_text_is_counted_with_what_the_tokenizer_adds():
    before, after = "<|system|>\nBe brief.<|end|>\n<|user|>\nPage\n", "\nQuestion<|end|>\n<|assistant|>\n"
    assert tokens.of_prompt(CONVERSATION, PHI3_LAYOUT, characters) == len(before) + 1 + 313 + len(after) + 1


def test_a_mark_in_one_text_becomes_the_tokens_of_its_image():
    text = (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nPage<|vision_start|><|image_pad|><|vision_end|>"
        "Question<|im_end|>\n<|im_start|>assistant\n"
    )
    assert tokens.of_prompt(CONVERSATION, QWEN_LAYOUT, characters) == len(text) - 1 + 313


def test_of_an_unknown_model_the_count_is_an_upper_bound():
    known = tokens.of_prompt(CONVERSATION, PHI3_LAYOUT, characters)
    marks = len("<|system|>\n<|end|>\n<|user|>\n<|end|>\n<|assistant|>\n\n\n")
    assert tokens.of_prompt(CONVERSATION, None, characters) > known - marks
