"""What an operator may change, section by section: names, defaults, limits, and what each is for."""

import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from docqa.types import OCRScope, Quantization


def _http(url: str | None) -> str | None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return url


def _listed(value: Any) -> Any:  # noqa: ANN401  what is no text is for pydantic to judge
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [name for part in value.split(",") if (name := part.strip())]
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError('names are separated by commas, or a JSON list: ["one.example.org"]') from error


Address = Annotated[str | None, AfterValidator(_http)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IndexSettings(_Section):
    url: Address = Field(None, description="Qdrant server; without it the index is embedded in the data directory")
    api_key: SecretStr | None = Field(None, description="of the Qdrant server")
    collection: str = Field("docqa", description="name of the collection on the Qdrant server")
    timeout_s: float = Field(30, gt=0)
    shards: int | None = Field(
        None,
        gt=0,
        description="parts of the collection, on as many Qdrant nodes; this and the next five count when it is created",
    )
    replicas: int | None = Field(None, gt=0, description="nodes that hold each part; without it one")
    payload_on_disk: bool | None = Field(None, description="texts and boxes; without it as the server does")
    vectors_on_disk: bool = Field(False, description="vectors are read from disk: slower, wants no memory")
    words_on_disk: bool = Field(False, description="the same for what is searched by words")
    quantization: Quantization = Field(
        "none",
        description="small copies of the vectors, in memory: int8 a quarter of their size, binary a 32nd; what they"
        " find is put in order by the exact vectors",
    )


class FilesSettings(_Section):
    url: str | None = Field(
        None,
        description="where PDFs and pages are kept, such as s3://bucket/prefix; without it in the data directory",
    )
    copies_mb: int = Field(
        10_240, ge=100, description="on this disk, of PDFs in the bucket; what was used within an hour stays anyway"
    )


class EmbeddingSettings(_Section):
    model: Literal["multilingual-e5-small"] | AbsolutePath | None = Field(
        None,
        description="multilingual-e5-small, or the directory of an ONNX or sentence-transformers model; without it the"
        " installed bge-small-en-v1.5",
    )
    query_prefix: str | None = Field(
        None, description="put before each question; without it what the model's own files say"
    )
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, gt=0)


class RerankingSettings(_Section):
    enabled: bool = True
    model: AbsolutePath | None = Field(
        None, description="directory of an ONNX cross-encoder; without it ms-marco-MiniLM-L12, which is installed along"
    )
    pages: int = Field(7, ge=1, le=100, description="how many of the best pages it reads")
    budget_ms: int | None = Field(
        None,
        ge=0,
        description="no further page is read after so many ms; without it all are. For slow machines and many users",
    )


class IngestSettings(_Section):
    cluster: str | None = Field(
        None,
        description="Ray cluster that reads and embeds: auto for the one this machine belongs to, or an address such as"
        " ray://host:10001; without it this machine does",
    )
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, gt=0, description="processes that read pages")
    page_timeout_s: float = Field(
        60,
        gt=0,
        description="a page that takes longer is marked failed; on Linux the time that its process waits for a"
        " processor is not counted",
    )
    memory_limit_mb: int = Field(4096, ge=512, description="of each process that reads pages (Linux)")
    max_pages: int = Field(10_000, gt=0, description="a document of more pages is refused")
    max_page_mb: int = Field(200, gt=0, description="a page that decompresses to more is marked failed")
    max_page_characters: int = Field(500_000, gt=0, description="a page with more text is marked failed")
    max_image_megapixels: int = Field(500, gt=0, description="a page with a larger image is marked failed")
    ocr: OCRScope = Field(
        "scans",
        description="scans: read pages whose text is missing or garbled from their image; all: also charts and diagrams"
        " on the other pages; off: neither",
    )
    passage_words: int = Field(150, ge=20, le=350, description="longest passage; counts for files read from then on")
    image_dpi: int = Field(150, ge=50, le=400)
    image_max_side: int = Field(2400, ge=500, le=10000, description="pixels; larger pages are rendered smaller")
    image_quality: int = Field(80, ge=30, le=100, description="of JPEG")


class AnswerSettings(_Section):
    pages: int = Field(5, ge=1, le=50, description="pages of evidence for an answer")
    not_found_below: float | None = Field(
        None,
        ge=0,
        le=1,
        description="answer not_found if the pages are less likely than this to speak of it; without it 0.2,"
        " and 0.8 with multilingual-e5-small",
    )
    min_answerable: float = Field(
        0, ge=0, le=1, description="also if they are less likely than this to hold the answer; 0.4 is strict"
    )
    expected_answerable: float = Field(
        0.5,
        gt=0,
        lt=1,
        description="share of all questions whose answer the pages found hold, as docqa eval tells it of yours:"
        " how likely an answer is supposes it",
    )


class CatalogSettings(_Section):
    url: SecretStr | None = Field(
        None,
        description="PostgreSQL, such as postgresql+psycopg://user:password@host/docqa; without it SQLite in the data"
        " directory",
    )


class ApiSettings(_Section):
    host: str = Field("127.0.0.1", description="address the API listens on; any but loopback needs an API key")
    port: int = Field(8100, ge=0, le=65535)
    hosts: Names = Field((), description="further names it answers to, such as docqa.example.org,docqa")
    public_url: Address = Field(
        None, description="where others reach it, such as https://docqa.example.org/api; for the links of cited pages"
    )
    max_upload_mb: int = Field(1024, gt=0, description="largest upload in one request")
    requests_per_minute: int = Field(600, gt=0, description="of one key, or of one address without keys")
    concurrent_questions: int = Field(8, gt=0, description="answered at once; others wait")
    queued_questions: int = Field(32, ge=0, description="that may wait; more are told to come back later")
    cors_origins: Names = Field(
        (), description="web pages of other origins that may call it, such as https://a.example.org"
    )


class UiSettings(_Section):
    host: str = Field("127.0.0.1", description="address the page listens on")
    port: int = Field(8501, ge=0, le=65535)
    hosts: Names = Field((), description="further names it answers to on loopback: of a proxy on this machine")
    api_url: Address = Field(None, description="where it finds the API; without it where the API's settings say")
    api_key: SecretStr | None = Field(None, description="it calls the API with: who sees the page sees what this may")


class ModelSettings(_Section):
    url: Address = Field(
        None,
        description="OpenAI-compatible server, such as http://localhost:8000/v1; without it answers are quotations",
    )
    name: str | None = Field(None, description="model to ask for; without it the first one the server lists")
    api_key: SecretStr | None = Field(None, description="of the model server, if it wants one")
    timeout_s: float = Field(120, gt=0)
    temperature: float = Field(0, ge=0, le=2)
    profile: str | None = Field(None, description="what is known of the model (docqa model); without it by its name")
    tokenizer: AbsolutePath | None = Field(
        None, description="its tokenizer.json, or the directory it is in; without it the server is asked"
    )
    answer_tokens: int = Field(1024, gt=0, description="kept free for the answer")
    budget_tokens: int = Field(32768, gt=0, description="prompt and answer together, up to the model's window")
    pages: int | None = Field(
        None,
        ge=1,
        le=200,
        description="best pages considered for a prompt; without it one for each 2048 tokens of budget",
    )
    max_images: int | None = Field(None, ge=0, description="page images in a prompt; without it what the profile says")
    split_questions: bool = Field(
        False,
        description="ask the model, before the search, for the parts of questions that rules do not split; costs a"
        " model call for each",
    )
    detail: int | None = Field(
        None,
        gt=0,
        description="how finely page images are cut (crops of Phi, tokens of Qwen); without it as fits each question",
    )


class VisualSettings(_Section):
    url: Address = Field(
        None,
        description="OpenAI-compatible server of a model that embeds page images and questions, such as vLLM with"
        " --runner pooling; without it pages are found by their text alone",
    )
    name: str | None = Field(None, description="model to ask for; its vectors compare to those of no other")
    api_key: SecretStr | None = Field(None, description="of that server, if it wants one")
    timeout_s: float = Field(60, gt=0, description="for one page or question")
    concurrency: int = Field(8, ge=1, le=64, description="page images that are on their way to it at once")
    page_prompt: str = Field(
        "Understand the content of the provided document image.", description="what the model is told with a page"
    )
    question_prompt: str = Field(
        "Find a document image that matches the given query:", description="put before each question"
    )
