from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from docqa.errors import ModelRefused, SettingsError
from docqa.model import serving, tokens
from docqa.model.profiles import PHI_3_VISION, TEXT, phi3_image_tokens
from docqa.model.tokens import ImageCost
from docqa.protocols import ChatMessage
from docqa.sections import ModelSettings
from docqa.upkeep.doctor import serving_findings


@dataclass
class Server:
    """Counts as a vLLM with Phi-3-Vision does; each word is a token."""

    name: str = "phi-3-vision-128k"
    window: int | None = 131072
    crops: int = 16
    trusts: bool = True
    tokenizes: bool = True
    limit: int = 16
    interleaves: bool = True

    def models(self) -> dict[str, int | None]:
        return {self.name: self.window}

    def tokens_of_text(self, text: str, own: bool) -> int:
        if not self.tokenizes:
            raise ModelRefused("no /tokenize")
        return len(text.split()) + own

    def tokens_of_messages(self, messages: Sequence[ChatMessage], mm_kwargs: Mapping[str, Any] | None = None) -> int:
        if mm_kwargs and not self.trusts:
            raise ModelRefused("mm_processor_kwargs are disabled")
        if sum(isinstance(part, bytes) for _, parts in messages for part in parts) > self.limit:
            raise ModelRefused(f"At most {self.limit} image(s)")
        crops = mm_kwargs["num_crops"] if mm_kwargs else self.crops
        cost = ImageCost(phi3_image_tokens(*serving.PROBE, crops))
        costed = [(role, [cost if isinstance(part, bytes) else part for part in parts]) for role, parts in messages]
        return tokens.of_prompt(costed, PHI_3_VISION.layout, self.tokens_of_text)

    def token_strings(self, messages: Sequence[ChatMessage]) -> list[str]:
        parts = [part for _, content in messages for part in content]
        if not self.interleaves:
            parts.sort(key=lambda part: isinstance(part, str))
        return [each for part in parts for each in ([part] if isinstance(part, str) else ["<|image|>"] * 313)]


def inspect(server: Server, **settings: Any) -> serving.Served:
    return serving.inspect(server, ModelSettings(url="http://127.0.0.1:9", **settings))


def test_a_server_that_trusts_requests_may_be_told_any_detail_up_to_its_own():
    served = inspect(Server())
    assert (served.details, served.told, served.exact, served.window) == ((4, 16), True, True, 131072)
    assert inspect(Server(crops=4)).details == (4,)
    assert inspect(Server(), detail=4).details == (4,)


def test_a_server_that_trusts_none_is_taken_as_it_is():
    served = inspect(Server(trusts=False, crops=4))
    assert (served.details, served.told, served.exact) == ((4,), False, True)
    with pytest.raises(SettingsError, match="DOCQA_MODEL__DETAIL=16"):
        inspect(Server(trusts=False, crops=4), detail=16)


def test_a_server_without_a_tokenizer_is_bounded():
    served = inspect(Server(tokenizes=False))
    assert (served.details, served.told, served.exact) == ((4,), False, False)
    assert served.count("twelve bytes", True) == 14


def test_a_tokenizer_from_elsewhere_counts():
    served = serving.inspect(Server(tokenizes=False), ModelSettings(), count=lambda text, own: 7)
    assert (served.count("?", True), served.exact) == (7, True)


def test_the_window_is_what_the_server_says_and_the_profile_allows():
    assert inspect(Server(window=4096)).window == 4096
    assert inspect(Server(window=None)).window == 131072
    assert inspect(Server(window=10**6)).window == 131072


def test_the_profile_can_be_named():
    assert inspect(Server(), profile="text").profile is TEXT
    assert inspect(Server(name="mistral")).profile is TEXT
    with pytest.raises(SettingsError, match="there are phi-3-vision"):
        inspect(Server(), profile="phi")


def test_limits_and_places_of_images_are_found():
    assert serving.takes_images(Server(), 16)
    assert not serving.takes_images(Server(limit=1), 16)
    assert serving.keeps_places(Server())
    assert not serving.keeps_places(Server(interleaves=False))


@pytest.mark.parametrize(
    ("server", "check", "advice"),
    [
        (Server(window=4096), "context window", "--max-model-len"),
        (Server(tokenizes=False), "token counts", "docs/models.md"),
        (Server(trusts=False), "page images", "--trust-request-mm-kwargs"),
        (Server(name="mistral"), "page images", "DOCQA_MODEL__PROFILE"),
    ],
)
def test_what_a_server_lacks_is_named_with_what_to_do(server: Server, check: str, advice: str):
    settings = ModelSettings(url="http://127.0.0.1:9")
    [finding] = [each for each in serving_findings(serving.inspect(server, settings), settings) if each.check == check]
    assert finding.state == "warn"
    assert advice in finding.advice
