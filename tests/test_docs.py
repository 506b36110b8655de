"""What the documents say holds."""

import re
from pathlib import Path

import pytest

from docqa.settings import Settings, explained

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("file", [".env.example", "docs/configuration.md"])
def test_every_setting_is_documented_and_no_other(file: str):
    documented = set(re.findall(r"DOCQA_[A-Z_]+", (ROOT / file).read_text(encoding="utf-8")))
    assert documented == {row.name for row in explained(Settings())}


@pytest.mark.parametrize(
    "file", sorted(str(path.relative_to(ROOT)) for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
)
def test_links_between_documents_lead_somewhere(file: str):
    text = (ROOT / file).read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert ((ROOT / file).parent / link).exists(), link


def test_files_that_the_documents_name_exist():
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:docqa|ingest)/[a-z_/]+\.py)`", text):
        assert (ROOT / name).exists(), name
