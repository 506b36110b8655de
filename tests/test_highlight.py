import io

from PIL import Image

from docqa.answers.highlight import EDGE, MARKER, marked
from docqa.types import Box


def test_words_are_marked_as_by_a_text_marker_and_stay_readable():
    page = Image.new("RGB", (1200, 1600), "white")
    page.paste((0, 0, 0), (410, 410, 420, 420))  # ink
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=95)
    drawn = marked(buffer.getvalue(), width=600.0, boxes=[Box(200, 200, 220, 215)])
    assert drawn.getpixel((430, 425)) == MARKER
    assert sum(drawn.getpixel((415, 415))) < 60
    assert drawn.getpixel((397, 410)) == EDGE
    assert drawn.getpixel((300, 300)) == (255, 255, 255)
