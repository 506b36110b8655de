"""The whole library with its catalog in PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from docqa.catalog import Catalog
from docqa.index.edge import EdgeIndex
from docqa.library import Library
from docqa.sections import CatalogSettings
from docqa.settings import Settings, explained
from docqa.storage.files import Files
from docqa.upkeep.repair import examine
from ingest.pipeline import Pipeline
from ingest.reading import ReadingOptions
from ingest.sandbox import Sandbox
from tests.fakes import WordHashEmbedder, run


def test_documents_are_read_replaced_and_deleted(
    postgres_url: str, tmp_path: Path, sandbox: Sandbox, make_pdf: Callable[..., Path]
):
    index = EdgeIndex(tmp_path / "index", dimension=lambda: WordHashEmbedder.dimension)
    catalog = Catalog.on(postgres_url)
    library = Library(catalog, Files(tmp_path / "files"), index)
    pipeline = Pipeline(library, WordHashEmbedder(), sandbox, options=ReadingOptions(), passage_words=60)
    reports, pages = run(pipeline, make_pdf("Sheep.", "Wool."), make_pdf("Cows.", name="cows.pdf"))
    assert ([report.outcome for report in reports], pages) == (["done", "done"], 3)
    run(pipeline, make_pdf("Sheep.", "Wool.", "Looms."))
    assert sorted(document.pages for document in catalog.documents()) == [1, 3]
    assert library.delete(catalog.documents()[0]).passages in (1, 3)
    assert examine(library) == []
    index.close()
    catalog.close()


def test_the_password_of_the_database_is_masked_where_settings_are_shown():
    settings = Settings(catalog=CatalogSettings(url=SecretStr("postgresql+psycopg://docqa:secret@db/docqa")))
    assert all("secret" not in setting.value for setting in explained(settings))
