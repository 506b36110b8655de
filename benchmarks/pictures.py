"""What reading pictures beside text costs and finds.

    python benchmarks/pictures.py FOLDER

For each page with a text layer: its pictures, those that are drawings and not photographs, the words OCR reads in them,
and the seconds of processor time that takes, in one process.
"""

import argparse
import time

from machine import machine

from ingest import ocr, pictures
from ingest.discover import discover
from ingest.parse import PDF


def main() -> None:
    """Run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--list", action="store_true", help="print what was read on each page")
    options = parser.parse_args()
    pages = pictured = found = drawings = words = texts = 0
    finding = reading = 0.0
    for path in discover([options.folder]):
        pdf = PDF(path)
        for number in range(1, pdf.pages + 1):
            sheet = pdf.sheet(number, dpi=150, max_side=2400)
            scale = sheet.width / sheet.image.width
            if not sheet.lines or ocr.needed(sheet.lines, sheet.image, points_per_pixel=scale):
                continue
            pages += 1
            begun = time.process_time()
            rasters = pdf.rasters(number)
            before = pdf.rasters(number - 1) if rasters and number > 1 else []
            boxes = pictures.worth_reading(rasters, before, width=sheet.width, height=sheet.height)
            finding += time.process_time() - begun
            if not boxes:
                continue
            begun = time.process_time()
            read = ocr.read_pictures(sheet.image, boxes, sheet.lines, points_per_pixel=scale)
            spent = time.process_time() - begun
            reading += spent
            pictured += 1
            found += len(boxes)
            drawings += len(read)
            texts += bool(read)
            gained = [word for lines in read for line in lines for word, _ in line.words]
            words += len(gained)
            if options.list:
                print(f"{path.name} p. {number}: {len(boxes)} pictures, {spent:.1f} s: {' '.join(gained)}", flush=True)
    print(f"{machine()}; {pages} pages with a text layer\n")
    print("| | |\n| --- | --- |")
    print(f"| pages with pictures | {pictured}, with {found} pictures |")
    print(f"| pages whose pictures hold text | {texts}, with {drawings} such pictures |")
    print(f"| words gained | {words:,} |")
    print(f"| finding the pictures, processor seconds | {finding:.1f} |")
    print(f"| reading them | {reading:.1f} |")


if __name__ == "__main__":
    main()
