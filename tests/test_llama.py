from collections.abc import Iterator
from pathlib import Path

import pytest

from docqa import build
from docqa.answers.engine import Engine
from docqa.llama import DocqaQueryEngine, DocqaRetriever
from docqa.settings import Settings


@pytest.fixture(scope="module")
def engine(example_data: Path) -> Iterator[Engine]:
    with build.open_engine(Settings(data=example_data)) as engine:
        yield engine


def test_llama_index_retrieves_our_pages_as_its_nodes(engine: Engine):
    nodes = DocqaRetriever(engine, limit=2).retrieve("How tight must the flange bolts be?")
    assert len(nodes) == 2
    assert (nodes[0].node.metadata["file_name"], nodes[0].node.metadata["page_label"]) == ("turbine-manual.pdf", "2")
    assert "85 Nm" in nodes[0].text
    assert nodes[0].score > nodes[1].score


def test_llama_index_gets_our_answer_with_its_citations(engine: Engine):
    response = DocqaQueryEngine(engine=engine).query("How tight must the flange bolts be?")
    assert "85 Nm" in str(response)
    assert response.metadata["status"] == "answered"
    assert response.source_nodes[0].node.metadata["page_label"] == "2"
    assert response.source_nodes[0].node.metadata["boxes"]


def test_not_found_is_said_as_such(engine: Engine):
    response = DocqaQueryEngine(engine=engine).query("How many moons does Jupiter have?")
    assert (str(response), response.metadata["status"]) == ("Not found in the documents.", "not_found")
    assert response.source_nodes == []
