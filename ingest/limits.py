"""What a document may ask of a machine, and what is said when it asks for more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from docqa.errors import TooLarge


@dataclass(frozen=True, slots=True)
class Limits:
    """More than this is refused, with the setting that allows it."""

    pages: int = 10_000
    page_mb: int = 200  # of drawing instructions, decompressed
    page_characters: int = 500_000
    image_megapixels: int = 500


def check_pages(pages: int, limits: Limits) -> None:
    """Raise TooLarge for a document of too many pages."""
    if pages > limits.pages:
        raise TooLarge(f"it has {pages:,} pages, more than the {limits.pages:,} of DOCQA_INGEST__MAX_PAGES")


def check_content(size_bytes: int, limits: Limits) -> None:
    """Raise TooLarge for a page that decompresses to so many bytes, or to more."""
    if size_bytes > limits.page_mb << 20:
        raise TooLarge(f"what draws it decompresses to more than {limits.page_mb} MB (DOCQA_INGEST__MAX_PAGE_MB)")


def check_images(sizes: Iterable[tuple[int, int]], limits: Limits) -> None:
    """Raise TooLarge for a page with an image of so many pixels across and down."""
    width, height = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    if width * height > limits.image_megapixels * 1_000_000:
        raise TooLarge(
            f"an image on it has {width:,} x {height:,} pixels, more than the"
            f" {limits.image_megapixels:,} million of DOCQA_INGEST__MAX_IMAGE_MEGAPIXELS"
        )


def check_text(characters: int, limits: Limits) -> None:
    """Raise TooLarge for a page with so much text."""
    if characters > limits.page_characters:
        raise TooLarge(
            f"it has {characters:,} characters, more than the {limits.page_characters:,} of"
            " DOCQA_INGEST__MAX_PAGE_CHARACTERS"
        )
