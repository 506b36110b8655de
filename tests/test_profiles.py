import pytest

from docqa.model import profiles
from docqa.model.profiles import phi3_image_tokens, phi4_image_tokens, qwen_image_tokens

A4, LETTER, STRIP, SQUARE = (1240, 1754), (1275, 1650), (50, 8000), (1000, 1000)


@pytest.mark.parametrize(
    ("size", "by_crops"),
    [(A4, (313, 757, 1933)), (A4[::-1], (313, 757, 1921)), (LETTER, (313, 757, 2509)), (SQUARE, (313, 757, 2509))],
)
def test_phi3_counts_tiles(size: tuple[int, int], by_crops: tuple[int, int, int]):
    assert tuple(phi3_image_tokens(*size, crops) for crops in (1, 4, 16)) == by_crops


def test_only_the_shape_counts_for_phi3():
    assert phi3_image_tokens(1240, 1754, 16) == phi3_image_tokens(2480, 3508, 16)


def test_phi4_and_qwen_count_what_their_processors_make_of_a_page():
    assert phi4_image_tokens(448, 448, 36) == 256 + 1 + 16 * 16 + 16 + 16
    assert qwen_image_tokens(1240, 1754, 16384) == 44 * 63
    assert qwen_image_tokens(1240, 1754, 1280) <= 1280
    assert qwen_image_tokens(10, 10, 1280) == 4


@pytest.mark.parametrize(
    ("served", "name"),
    [
        ("microsoft/Phi-3-vision-128k-instruct", "phi-3-vision"),
        ("microsoft/Phi-3.5-vision-instruct", "phi-3.5-vision"),
        ("microsoft/Phi-4-multimodal-instruct", "phi-4-multimodal"),
        ("Qwen/Qwen2.5-VL-7B-Instruct-AWQ", "qwen2.5-vl-7b"),
        ("qwen2.5-vl-3b", "qwen2.5-vl-3b"),
        ("OpenGVLab/InternVL3-8B", "vision"),
        ("llava-1.6", "vision"),
        ("meta-llama/Llama-3.1-8B-Instruct", "text"),
    ],
)
def test_a_served_name_speaks_of_its_family(served: str, name: str):
    assert profiles.of_model(served).name == name


@pytest.mark.parametrize("profile", profiles.PROFILES, ids=lambda profile: profile.name)
def test_every_profile_holds_together(profile: profiles.Profile):
    assert profiles.named(profile.name) is profile
    assert profile.source
    assert (profile.image_tokens is None) == (profile.max_images == 0)
    assert profile.image_tokens is None or profile.default_detail in profile.details
    assert profile.details == tuple(sorted(profile.details))
    assert not profile.model or (profile.kv_bytes and profile.weight_bytes and profile.parameters)
