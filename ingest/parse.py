"""A PDF as sheets: lines of words and pixels. It and textlayer.py alone know PyMuPDF; they run in a child process."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pymupdf
from PIL import Image
from pymupdf import mupdf

from docqa.errors import EncryptedPDF, UnreadablePDF
from docqa.types import NEEDS_PASSWORD, Box
from ingest import fingerprint, textlayer
from ingest.facts import OUTLINE_ENTRIES, OUTLINE_LEVELS, Metadata
from ingest.fingerprint import Fingerprints
from ingest.lines import Line
from ingest.order import in_order
from ingest.pictures import Raster

pymupdf.TOOLS.mupdf_display_errors(False)  # what is wrong is raised or in the text, not on the terminal
pymupdf.TOOLS.mupdf_display_warnings(False)

# What makes a page look as it does: its own values, those it may inherit, those of the whole PDF; Annots first.
_OWN = ("Annots", "Contents", "Group", "UserUnit")
_INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")
_COMMON = ("OCProperties", "OutputIntents")
_COMMON_WITH_FORM = (*_COMMON, "AcroForm")
DEFLATED = 1032  # times as large as it was stored is the most that zlib makes of something (its technical details)
_ONCE_DEFLATED = (("null", "null"), ("name", "/FlateDecode"))
_LABEL = re.compile(r"[\w.-]{1,12}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as PyMuPDF gives it."""

    width: float  # points, as shown
    height: float
    lines: list[Line]  # in reading order
    image: Image.Image  # RGB, or L if the page is without colour


class PDF:
    """An open PDF.

    Raises EncryptedPDF or UnreadablePDF if it cannot be opened or has no pages.
    """

    def __init__(self, path: Path, password: str = "") -> None:
        with path.open("rb") as file:
            head = file.read(1024)
        if b"%PDF" not in head:
            raise UnreadablePDF(f"not a PDF: {_what_it_is(head)}")
        try:
            self._document = pymupdf.open(path, filetype="pdf")
            self.was_locked = bool(self._document.needs_pass)  # an empty password does not open it
            if self.was_locked and not self._document.authenticate(password):
                raise EncryptedPDF(
                    f"{NEEDS_PASSWORD}: give it on the library page, or with docqa ingest FILE --password"
                )
            self.pages = int(self._document.page_count)
        except (RuntimeError, ValueError) as error:
            reason = str(error).replace(f"file '{path}'", "it").replace(f"file '{path.name}'", "it")
            raise _damaged(reason) from error
        if not self.pages:
            raise UnreadablePDF("damaged: no page can be found in it")

    def metadata(self) -> Metadata:
        """What it says of itself as a whole."""
        said = {field: str(value or "") for field, value in (self._document.metadata or {}).items()}
        return Metadata(
            title=said.get("title", ""),
            author=said.get("author", ""),
            subject=said.get("subject", ""),
            creator=said.get("creator", ""),
            created=said.get("creationDate", ""),
            outline=self._bookmarks(),
        )

    def _bookmarks(self) -> tuple[str, ...]:
        document: Any = self._document
        try:
            found = document.get_toc(simple=True)
        except (RuntimeError, ValueError):  # an outline that is damaged is no reason to lose the document
            return ()
        return tuple(str(title) for level, title, *_ in found if level <= OUTLINE_LEVELS)[:OUTLINE_ENTRIES]

    def sheet(self, number: int, *, dpi: int, max_side: int) -> Sheet:
        """Read and render page `number` (1-based), its longer side no more than max_side pixels.

        Raises whatever PyMuPDF raises for a damaged page.
        """
        page: Any = self._document[number - 1]
        width, height = page.rect.width, page.rect.height
        scale = min(dpi / 72, max_side / max(width, height))
        drawing = page.get_displaylist()  # the page's instructions are carried out once, for its image and its text
        mode, colours = ("L", pymupdf.csGRAY) if _is_grey(drawing) else ("RGB", pymupdf.csRGB)
        pixels = drawing.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=colours, alpha=False)
        image = Image.frombytes(mode, (pixels.width, pixels.height), pixels.samples_mv)
        return Sheet(width, height, in_order(textlayer.lines(page, drawing)), image)

    def save_unlocked(self, target: Path) -> None:
        """Write a copy that opens without a password.

        Raises UnreadablePDF.
        """
        try:
            self._document.save(target, encryption=mupdf.PDF_ENCRYPT_NONE)
        except (RuntimeError, ValueError) as error:
            raise _damaged(str(error)) from error

    def content_bytes(self, number: int, *, most: int) -> int:
        """How large the instructions are that draw page `number` (1-based); `most` if larger. They are not kept.

        Where they are stored so small that they cannot be as large as that, it is the most that they can be.
        """
        page: Any = self._document[number - 1]
        bound = self._content_bound(page)
        if bound is not None and bound < most:
            return bound
        try:
            sheet = mupdf.pdf_page_from_fz_page(page.this)
            stream = mupdf.pdf_open_contents_stream(sheet.doc(), mupdf.pdf_dict_gets(sheet.obj(), "Contents"))
            return int(mupdf.fz_skip(stream, most))
        except (RuntimeError, mupdf.FzErrorBase):  # whoever renders it copes with that, or says what is wrong
            return 0

    def _content_bound(self, page: Any) -> int | None:  # noqa: ANN401  pymupdf.Page
        """What they can be at most, by how they are stored; None if that does not tell, or is damaged."""
        try:
            streams = page.get_contents()
            if any(self._document.xref_get_key(each, "Filter") not in _ONCE_DEFLATED for each in streams):
                return None
            stored = [self._document.xref_stream_raw(each) for each in streams]
        except (RuntimeError, ValueError, mupdf.FzErrorBase):
            return None
        return None if None in stored else DEFLATED * sum(map(len, stored))

    def image_sizes(self, number: int) -> list[tuple[int, int]]:
        """Pixels across and down of the images that page `number` (1-based) may show, as they say themselves."""
        try:
            return [(int(image[2]), int(image[3])) for image in self._document.get_page_images(number - 1)]
        except (RuntimeError, ValueError):
            return []

    def label(self, number: int) -> str | None:
        """What the PDF itself calls page `number` (1-based); None if that is its place in the file, or not readable."""
        page: Any = self._document[number - 1]
        try:
            label = str(page.get_label()) if self._has_labels else ""
        except (IndexError, RuntimeError, ValueError):  # labels that are damaged are no reason to lose the page
            return None
        return label if label != str(number) and _LABEL.fullmatch(label) else None

    @cached_property
    def _has_labels(self) -> bool:
        kind, _ = self._document.xref_get_key(self._document.pdf_catalog(), "PageLabels")
        return bool(kind != "null")

    def fingerprint(self, number: int) -> str:
        """What page `number` (1-based) is made of, as one hash; empty if that cannot be told."""
        try:
            page = self._document.page_xref(number - 1)
            own = [self._value(page, key) for key in _OWN]
            inherited = [self._inherited(page, key) for key in _INHERITED]
            # Form fields are looked at from the form, on every page that may have some: what they hold is kept there.
            common = _COMMON_WITH_FORM if own[0] else _COMMON
            root = self._document.pdf_catalog()
            return self._fingerprints.of([*(self._value(root, key) for key in common), *own, *inherited])
        except (IndexError, RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase):
            return ""

    @cached_property
    def _fingerprints(self) -> Fingerprints:
        found = Fingerprints(_Objects(self._document))
        root = self._document.pdf_catalog()
        found.of(self._value(root, key) for key in _COMMON_WITH_FORM)  # first: so loops are always entered there
        return found

    def _value(self, xref: int, key: str) -> str:
        kind, value = self._document.xref_get_key(xref, key)
        return "" if kind == "null" else str(value)

    def _inherited(self, xref: int, key: str) -> str:
        """A value of a page, or of what it stands below in the tree of pages."""
        for _ in range(fingerprint.DEPTH):
            if value := self._value(xref, key):
                return value
            kind, parent = self._document.xref_get_key(xref, "Parent")
            if kind != "xref":
                break
            xref = int(parent.split()[0])
        return ""

    def rasters(self, number: int) -> list[Raster]:
        """Where page `number` (1-based) shows images; what lies off the page is cut off."""
        page: Any = self._document[number - 1]
        images = page.get_image_info()
        places = [pymupdf.Rect(image["bbox"]) * page.rotation_matrix & page.rect for image in images]
        return [
            Raster(Box(*(round(edge, 1) for edge in place)), (image["width"], image["height"]), image["size"])
            for image, place in zip(images, places, strict=True)
            if not place.is_empty
        ]


class _Objects:
    """The objects of an open PDF."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401  pymupdf.Document has no useful types
        self._document = document

    def text(self, number: int) -> str:
        return str(self._document.xref_object(number, compressed=True))

    def stream(self, number: int) -> bytes:
        return self._document.xref_stream_raw(number) or b"" if self._document.xref_is_stream(number) else b""


def _is_grey(drawing: Any) -> bool:  # noqa: ANN401  pymupdf.DisplayList
    """Whether a page is without colour, which is a third less work to draw and encode; images that may have some do."""
    found = mupdf.ll_fz_new_test_device_outparams()
    device = mupdf.FzDevice(mupdf.ll_fz_new_test_device_outparams_fn(0, 0, None, found))
    everywhere = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
    mupdf.fz_run_display_list(drawing.this, device, mupdf.FzMatrix(), everywhere, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return int(found.is_color) == 0


def _damaged(reason: str) -> UnreadablePDF:
    return UnreadablePDF(f"damaged: {' '.join(reason.split())[:200].rstrip('.')}. Open it in a viewer and save it anew")


def _what_it_is(head: bytes) -> str:
    kinds = {
        b"\x89PNG": "a PNG image",
        b"\xff\xd8": "a JPEG image",
        b"PK": "a zip archive or office file",
        b"<": "HTML or XML",
    }
    if not head:
        return "the file is empty"
    name = next((kind for start, kind in kinds.items() if head.lstrip().startswith(start)), "something else")
    return f"its bytes are {name}"
