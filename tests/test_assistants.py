"""The library as tools of an AI assistant: over the protocol, as an assistant would start it."""

import asyncio
import base64
import io
import os
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult, ImageContent, TextContent
from PIL import Image

from tests.commands import docqa
from tests.test_cli import DOCQA

QUESTION = "How much was the audit fee?"
REPORT = "harbour-report-2024.pdf"

Result = TypeVar("Result")
Use = Callable[[Client], Coroutine[Any, Any, Result]]


@pytest.fixture
def library_copy(example_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(example_data, tmp_path / "data"))


@pytest.fixture
def connected(library_copy: Path) -> Callable[[Use[Result]], Result]:
    """Do something as an assistant that has started `docqa mcp` over a copy of the examples."""
    command, *words = [*DOCQA, "--data", str(library_copy), "mcp"]
    server = StdioServerParameters(command=command, args=words, env=dict(os.environ))

    def use(work: Use[Result]) -> Result:
        async def session() -> Result:
            async with Client(server, read_timeout_seconds=60) as client:
                return await work(client)

        return asyncio.run(session())

    return use


def text(result: CallToolResult) -> str:
    assert not result.is_error, result.content
    first = result.content[0]
    assert isinstance(first, TextContent)
    return first.text


def test_an_assistant_learns_what_it_can_do_and_that_nothing_is_changed(connected: Callable[[Use[Any]], Any]):
    async def look(client: Client) -> Any:
        return client.instructions, (await client.list_tools()).tools

    instructions, tools = connected(look)
    assert "name document and page" in instructions
    assert {tool.name for tool in tools} == {"search", "read_page", "ask", "list_documents"}
    assert all(tool.annotations.read_only_hint for tool in tools)
    search = next(tool for tool in tools if tool.name == "search")
    assert search.input_schema["required"] == ["question"]
    assert search.description == "Find the pages that speak of a question, best first, with the passages that do."


def test_a_conversation_goes_from_the_list_over_a_search_to_the_page_and_its_image(
    connected: Callable[[Use[Any]], Any],
):
    async def work(client: Client) -> Any:
        listed = text(await client.call_tool("list_documents", {}))
        found = text(await client.call_tool("search", {"question": QUESTION, "documents": [REPORT], "limit": 2}))
        asked = text(await client.call_tool("ask", {"question": QUESTION}))
        page = await client.call_tool("read_page", {"document": REPORT, "page": 4, "image": True})
        return listed, found, asked, page

    listed, found, asked, page = connected(work)
    assert f"{REPORT}: " in listed
    assert found.startswith(f"{REPORT}, page 4\n")
    assert "212,000" in found
    assert found.count("\n\n") == 1
    assert asked.splitlines() == ["Our fee for the audit was 212,000 euros. [1]", "", f"[1] {REPORT}, page 4"]
    assert text(page).startswith(f"{REPORT}, page 4 of ")
    assert "212,000" in text(page)
    shown = page.content[1]
    assert isinstance(shown, ImageContent)
    with Image.open(io.BytesIO(base64.b64decode(shown.data))) as image:
        assert (image.format, image.width) == ("JPEG", 1200)


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("read_page", {"document": "nowhere.pdf", "page": 1}, "No document is called nowhere.pdf"),
        ("read_page", {"document": REPORT, "page": 99}, "pages"),
        ("search", {"question": QUESTION, "collections": ["law"]}, "No collection is called law: there are default"),
    ],
)
def test_a_mistake_is_told_in_words_the_assistant_can_act_on(
    connected: Callable[[Use[Any]], Any], tool: str, given: dict[str, Any], said: str
):
    result = connected(lambda client: client.call_tool(tool, given))
    assert result.is_error
    assert said in result.content[0].text


def test_what_is_not_there_is_said_to_be_not_found(connected: Callable[[Use[Any]], Any]):
    said = text(connected(lambda client: client.call_tool("ask", {"question": "Who won the 1998 chess olympiad?"})))
    assert said.startswith("Not found: these documents do not seem to hold the answer. Nearest pages: ")


def test_others_use_the_library_while_an_assistant_is_connected(
    connected: Callable[[Use[Any]], Any], library_copy: Path
):
    async def work(client: Client) -> str:
        await client.call_tool("ask", {"question": QUESTION})
        beside = await asyncio.to_thread(docqa, "search", "audit", data=library_copy)
        assert REPORT in beside.stdout, beside.stderr
        return text(await client.call_tool("list_documents", {"contains": "HARBOUR"}))

    assert connected(work).startswith(REPORT)
