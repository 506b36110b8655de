"""PDFs in any script, made with the fonts inside PyMuPDF."""

from collections.abc import Iterator
from pathlib import Path

import pymupdf

SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HAN", "HANGUL", "ARABIC", "HEBREW", "THAI", "DEVANAGARI")
SIZE, MARGIN, WIDTH = 12, 60, 595


def write_pdf(path: Path, *pages: str, leftwards: bool = False) -> Path:
    """Write a PDF, a string a page; lines that run leftwards are drawn glyph by glyph, from left to right."""
    fonts = [pymupdf.Font(fontname=None, script=getattr(pymupdf.mupdf, f"UCDN_SCRIPT_{name}")) for name in SCRIPTS]
    pdf = pymupdf.open()
    for text in pages:
        page = pdf.new_page(width=WIDTH, height=842)
        writer = pymupdf.TextWriter(page.rect)
        for row, line in enumerate(text.split("\n")):
            x = MARGIN
            for character in _as_drawn(line) if leftwards else line:
                font = next((each for each in fonts if each.has_glyph(ord(character))), fonts[0])
                writer.append((x, 100 + 2 * SIZE * row), character, font=font, fontsize=SIZE)
                x += font.glyph_advance(ord(character)) * SIZE
            assert x < WIDTH, "the line is too long for the page"
        writer.write_text(page)
    path.write_bytes(pdf.tobytes(no_new_id=True))
    return path


def _as_drawn(line: str) -> Iterator[str]:
    """The characters from left to right of a line that is read from right to left; figures are read the other way."""
    for word in reversed(line.split(" ")):
        stop = word.endswith(".")
        bare = word.removesuffix(".")
        yield from ("." if stop else "") + (bare if bare.isdigit() else bare[::-1]) + " "
