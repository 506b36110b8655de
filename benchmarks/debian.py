"""Fetch the PDFs that the questions in debian_questions.jsonl are about.

    python benchmarks/debian.py FOLDER
    docqa eval benchmarks/debian_questions.jsonl --pdfs FOLDER

They come out of packages of Debian 12 (debian_documents.jsonl names each with its licence), which `apt-get` must be
able to download; nothing is installed. Some are made into scans: images of the pages, slightly askew and noisy.
"""

import argparse
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from PIL import Image

DOCUMENTS = Path(__file__).with_name("debian_documents.jsonl")
DPI = 150
ASKEW = 0.4  # degrees, at most
NOISE = 6.0  # grey levels, standard deviation
JPEG_QUALITY = 60


def main() -> None:
    """Fetch what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for document in map(json.loads, DOCUMENTS.read_text().splitlines()):
        target = folder / document["doc"]
        if target.exists():
            continue
        try:
            pdf = _fetched(document)
        except OSError as error:
            parser.error(f"this needs apt-get and dpkg-deb, as Debian has them: {error}")
        except subprocess.CalledProcessError as error:
            print(f"{target.name}: {error} {error.stderr.strip()}", file=sys.stderr)
            failed = True
            continue
        if hashlib.sha256(pdf).hexdigest() != document["sha256"]:
            print(f"{target.name}: {document['package']} now has another version of it; left out", file=sys.stderr)
            failed = True
            continue
        target.write_bytes(_scanned(pdf) if document["scan"] else pdf)
        print(target)
    sys.exit(failed)


def _fetched(document: dict[str, Any]) -> bytes:
    """The PDF as it lies in its package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = partial(subprocess.run, cwd=folder, check=True, capture_output=True, text=True)
        run(["apt-get", "download", document["package"]])
        (package,) = folder.glob("*.deb")
        run(["dpkg-deb", "--extract", package.name, "files"])
        found = (folder / "files" / document["path"]).read_bytes()
        return gzip.decompress(found) if document["path"].endswith(".gz") else found


def _scanned(pdf: bytes) -> bytes:
    """Images of its pages, as a scanner gives them; the same ones each time."""
    random = np.random.default_rng(seed=12)
    scan = pymupdf.open()
    for page in pymupdf.open(stream=pdf):
        pixels = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
        image = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
        turned = image.rotate(random.uniform(-ASKEW, ASKEW), resample=Image.Resampling.BICUBIC, fillcolor=255)
        noisy = np.asarray(turned) + random.normal(0, NOISE, (pixels.height, pixels.width))
        jpeg = io.BytesIO()
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(jpeg, "JPEG", quality=JPEG_QUALITY)
        scan.new_page(width=page.rect.width, height=page.rect.height).insert_image(page.rect, stream=jpeg.getvalue())
    return bytes(scan.tobytes())


if __name__ == "__main__":
    main()
