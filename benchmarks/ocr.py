"""How well scans are read, by what is wrong with them.

    python benchmarks/ocr.py FOLDER [--pages 12] [--only faint,turned]

Pages with a text layer are drawn at random, printed into images, damaged, and read from a PDF that holds the image
alone; the text layer is the truth. Words are compared without regard to order, case and punctuation, characters in
reading order without white space. Seconds are processor time of one process; OCR uses one thread.
"""

import argparse
import io
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf
from machine import machine
from PIL import Image, ImageFilter

from ingest import ocr
from ingest.discover import discover
from ingest.parse import PDF
from ingest.reading import ReadingOptions, read_page

SEED = 1
CHARACTERS = range(600, 3000)  # of a page that is drawn: OCR takes time by the line
LARGEST = 1200.0  # points: posters and slides as large as walls are left out
Damage = Callable[[Image.Image], Image.Image]


@dataclass(frozen=True, slots=True)
class Source:
    """A page with a text layer."""

    path: Path
    number: int  # 1-based
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one scan. Counts of words and characters."""

    right: int
    read: int
    true: int
    wrong_characters: int
    characters: int
    seconds: float


def _same(image: Image.Image) -> Image.Image:
    return image


def _blurred(pixels: float) -> Damage:
    return lambda image: image.filter(ImageFilter.GaussianBlur(pixels))


def _noisy(image: Image.Image, strength: float = 50) -> Image.Image:
    grain = np.random.default_rng(SEED).normal(0, strength, (image.height, image.width, 1))
    return Image.fromarray(np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8))


def _speckled(image: Image.Image) -> Image.Image:
    dots = np.random.default_rng(SEED).random((image.height, image.width)) < 0.03
    return Image.fromarray(np.where(dots[:, :, None], 0, np.asarray(image)).astype(np.uint8))


def _faint(levels: int) -> Damage:
    """So many grey levels between ink and paper, which has a grain."""
    shades = [round(230 - levels + value * levels / 255) for value in range(256)]
    return lambda image: _noisy(image.convert("L").point(shades).convert("RGB"), 4)


def _shaded(image: Image.Image) -> Image.Image:
    light = np.linspace(1.0, 0.35, image.width)[None, :, None]
    return Image.fromarray((np.asarray(image) * light).astype(np.uint8))


def _compressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.convert("L").save(buffer, "JPEG", quality=10)
    return Image.open(buffer).convert("RGB")


def _two_tone(image: Image.Image) -> Image.Image:
    return image.convert("L").point([255 * (value > 140) for value in range(256)]).convert("RGB")


def _fax(image: Image.Image) -> Image.Image:
    """Half the lines, in two tones."""
    half = image.resize((image.width, image.height // 2), Image.Resampling.BOX)
    return _two_tone(half).resize(image.size, Image.Resampling.NEAREST)


def _skewed(degrees: float) -> Damage:
    return lambda image: image.rotate(degrees, fillcolor="white", resample=Image.Resampling.BICUBIC)


def _smaller(part: float) -> Damage:
    """Print of a part of its size."""

    def damaged(image: Image.Image) -> Image.Image:
        paper = Image.new("RGB", image.size, "white")
        size = round(image.width * part), round(image.height * part)
        paper.paste(image.resize(size, Image.Resampling.LANCZOS), (image.width // 20, image.height // 20))
        return paper

    return damaged


def _turned(degrees: int) -> Damage:
    return lambda image: image.rotate(degrees, expand=True)


def _after(*damages: Damage) -> Damage:
    def damaged(image: Image.Image) -> Image.Image:
        for damage in damages:
            image = damage(image)
        return image

    return damaged


DAMAGES: dict[str, tuple[int, Damage]] = {  # dpi of the scanner, and what happens to the image
    "clean at 72 dpi": (72, _same),
    "clean at 100 dpi": (100, _same),
    "clean at 150 dpi": (150, _same),
    "clean at 200 dpi": (200, _same),
    "clean at 300 dpi": (300, _same),
    "print of half the size at 300 dpi": (300, _smaller(1 / 2)),
    "print of a third of the size at 300 dpi": (300, _smaller(1 / 3)),
    "blurred": (150, _blurred(1.6)),
    "very blurred": (150, _blurred(2.5)),
    "noisy": (150, _noisy),
    "speckled": (150, _speckled),
    "faint by 45 levels": (150, _faint(45)),
    "faint by 30 levels": (150, _faint(30)),
    "faint by 15 levels": (150, _faint(15)),
    "shaded": (150, _shaded),
    "JPEG of quality 10": (150, _compressed),
    "two tones": (150, _two_tone),
    "fax": (200, _fax),
    "skewed by 1 degree": (150, _skewed(1)),
    "skewed by -2 degrees": (150, _skewed(-2)),
    "skewed by 3 degrees": (150, _skewed(3)),
    "turned by 90 degrees": (150, _turned(90)),
    "turned by 180 degrees": (150, _turned(180)),
    "turned by 270 degrees": (150, _turned(270)),
    "turned and skewed and blurred and noisy": (150, _after(_turned(180), _skewed(-2), _blurred(1.6), _noisy)),
}


def sources(folder: str, count: int) -> list[Source]:
    """Pages of the folder's PDFs that have a text layer to compare with, one after another of different PDFs."""
    chance = random.Random(SEED)
    drawn: list[Source] = []
    paths = sorted(discover([folder]))
    while paths and len(drawn) < count:
        chance.shuffle(paths)
        for path in paths[: count - len(drawn)]:
            pdf = PDF(path)
            for number in chance.sample(range(1, pdf.pages + 1), min(pdf.pages, 8)):
                source = _source(path, pdf, number)
                if source and source not in drawn:
                    drawn.append(source)
                    break
    return drawn


def _source(path: Path, pdf: PDF, number: int) -> Source | None:
    sheet = pdf.sheet(number, dpi=72, max_side=2400)
    if max(sheet.width, sheet.height) > LARGEST:
        return None
    if ocr.needed(sheet.lines, sheet.image, points_per_pixel=sheet.width / sheet.image.width):
        return None
    text = read_page(path, number, ReadingOptions(ocr="off")).page.text
    return Source(path, number, text) if len(text) in CHARACTERS else None


def scan(source: Source, dpi: int, damage: Damage, target: Path) -> None:
    """Write the page as a PDF of one image."""
    with pymupdf.open(source.path) as pdf:
        pixels = pdf[source.number - 1].get_pixmap(dpi=dpi, alpha=False)
    image = damage(Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    width, height = (side * 72 / dpi for side in image.size)
    with pymupdf.open() as made:
        made.new_page(width=width, height=height).insert_image((0, 0, width, height), stream=buffer.getvalue())
        made.save(target)


def read(source: Source, target: Path, options: ReadingOptions) -> Reading:
    """Read a scan, and compare it with the truth."""
    begun = time.process_time()
    text = read_page(target, 1, options).page.text
    seconds = time.process_time() - begun
    true, found = _words(source.text), _words(text)
    solid, other = "".join(source.text.split()), "".join(text.split())
    wrong = min(_distance(solid, other), len(solid))
    return Reading((true & found).total(), found.total(), true.total(), wrong, len(solid), seconds)


def _words(text: str) -> Counter[str]:
    bare = ("".join(filter(str.isalnum, word)) for word in text.casefold().split())
    return Counter(word for word in bare if word)


def _distance(a: str, b: str) -> int:
    """Levenshtein's."""
    other = np.array([ord(character) for character in b])
    places = np.arange(len(b) + 1)
    row = places.copy()
    for line, character in enumerate(a, start=1):
        cheapest = np.empty_like(row)
        cheapest[0] = line
        cheapest[1:] = np.minimum(row[1:] + 1, row[:-1] + (other != ord(character)))
        row = np.minimum.accumulate(cheapest - places) + places  # letters put in
    return int(row[-1])


def _table_row(name: str, readings: Sequence[Reading]) -> str:
    right, read, true = (sum(getattr(each, field) for each in readings) for field in ("right", "read", "true"))
    wrong = sum(each.wrong_characters for each in readings) / sum(each.characters for each in readings)
    seconds = statistics.mean(each.seconds for each in readings)
    return f"| {name} | {right / true:.1%} | {right / max(read, 1):.1%} | {wrong:.1%} | {seconds:.2f} |"


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--only", default="", help="kinds of damage whose name begins so, with commas between")
    options = parser.parse_args()
    drawn = sources(options.folder, options.pages)
    kinds = {name: kind for name, kind in DAMAGES.items() if name.startswith(tuple(options.only.split(",")))}
    print(f"{machine()}; {len(drawn)} pages of {len({source.path for source in drawn})} PDFs\n")
    print("| scan | words found | words right | characters wrong | CPU s/page |\n| --- | --- | --- | --- | --- |")
    everything = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (dpi, damage) in kinds.items():
            readings = []
            for place, source in enumerate(drawn):
                target = Path(folder) / f"{name}-{place}.pdf"
                scan(source, dpi, damage, target)
                readings.append(read(source, target, ReadingOptions()))
            print(_table_row(name, readings), flush=True)
            everything += readings
    print(_table_row("all", everything))


if __name__ == "__main__":
    main()
