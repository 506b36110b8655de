"""Damaged PDFs, read in the sandbox. DOCQA_TEST_MUTATIONS=2000 reads more of them."""

import os
from collections.abc import Callable
from pathlib import Path

import pymupdf

from ingest.sandbox import Sandbox
from tests.conftest import EXAMPLES
from tests.mutations import mutated, outcomes

COUNT = int(os.environ.get("DOCQA_TEST_MUTATIONS", 60))


def sources(make_pdf: Callable[..., Path]) -> list[bytes]:
    """The examples, and small ones: plain, of several pages, a picture, compressed objects, encrypted."""
    made = [make_pdf("One page."), make_pdf("One", "Two", "Three", rotation=90), make_pdf("Words", "")]
    variants = [
        {"garbage": 4, "deflate": True, "use_objstms": 1},
        {"encryption": pymupdf.PDF_ENCRYPT_AES_256, "user_pw": "", "owner_pw": "owner"},
        {"encryption": pymupdf.PDF_ENCRYPT_RC4_128, "user_pw": "secret", "owner_pw": "owner"},
    ]
    with pymupdf.open(made[1]) as pdf:
        saved = [pdf.tobytes(**variant) for variant in variants]
    return [*(path.read_bytes() for path in [*sorted(EXAMPLES.glob("*.pdf")), *made]), *saved]


def test_the_same_number_makes_the_same_damage(make_pdf: Callable[..., Path]):
    plain = make_pdf("One page.").read_bytes()
    assert mutated(7, [plain]) == mutated(7, [plain])
    assert len({mutated(number, [plain]) for number in range(30)}) > 20


def test_each_damaged_pdf_ends_as_read_or_with_a_reason(
    make_pdf: Callable[..., Path], sandbox: Sandbox, tmp_path: Path
):
    found = list(outcomes(range(COUNT), sources(make_pdf), sandbox, tmp_path))
    assert [each.number for each in found] == list(range(COUNT))
    assert all(each.pages or (all(each.reasons) and each.reasons) for each in found)
    assert 0 < sum(bool(each.reasons) for each in found) < COUNT  # some damage is too much, some is not
    assert not [each for each in found if "timed out" in str(each.reasons)]
