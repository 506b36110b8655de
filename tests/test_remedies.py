import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.remedies import despeckled, is_speckled, stretched

TEXT = "Signed in March by the chairman.\n" * 8


def printed(*, ink: int = 0, paper: int = 255) -> Image.Image:
    image = Image.new("RGB", (400, 300), (paper,) * 3)
    ImageDraw.Draw(image).multiline_text((20, 20), TEXT, fill=(ink,) * 3, font=ImageFont.load_default(20))
    return image


def speckled(image: Image.Image) -> Image.Image:
    dots = np.random.default_rng(1).random((image.height, image.width)) < 0.03
    return Image.fromarray(np.where(dots[:, :, None], 0, np.asarray(image)).astype(np.uint8))


def test_single_dots_are_told_from_print_and_can_be_taken_away():
    assert not is_speckled(printed())
    assert is_speckled(speckled(printed()))
    assert not is_speckled(despeckled(speckled(printed())))


def test_noise_everywhere_is_no_dots():
    noise = np.random.default_rng(1).normal(0, 50, (300, 400, 1))
    assert not is_speckled(Image.fromarray((np.asarray(printed()) + noise).clip(0, 255).astype(np.uint8)))


def test_white_dots_on_black_are_dots_too():
    assert is_speckled(Image.eval(speckled(printed()), lambda value: 255 - value))


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (3, 3)])
def test_nothing_is_wrong_with_the_smallest_images(size: tuple[int, int]):
    image = Image.new("RGB", size)
    assert not is_speckled(image)
    assert stretched(image) is image


def test_faint_ink_becomes_dark_and_its_paper_white():
    grey = np.asarray(stretched(printed(ink=190, paper=225)).convert("L"))
    assert (grey.min(), grey.max()) == (0, 255)


@pytest.mark.parametrize("ink", [0, 100, 223])
def test_print_of_its_own_strength_and_bare_paper_stay_as_they_are(ink: int):
    image = printed(ink=ink, paper=225)
    assert stretched(image) is image
