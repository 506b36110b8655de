import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from tests.conftest import EXAMPLES


@pytest.mark.parametrize("name", ["harbour-report-2024.pdf", "turbine-manual.pdf"])
def test_the_script_draws_the_examples_that_are_here(tmp_path: Path, name: str):
    subprocess.run([sys.executable, str(EXAMPLES / "make_examples.py"), str(tmp_path)], check=True)
    drawn, kept = pymupdf.open(tmp_path / name), pymupdf.open(EXAMPLES / name)
    assert [page.get_text() for page in drawn] == [page.get_text() for page in kept]
