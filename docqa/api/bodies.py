"""What requests may hold."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from docqa.facts import FIRST_YEAR, LAST_YEAR
from docqa.types import Verdict

LONGEST_QUESTION = 4000  # characters
LONGEST_PASSWORD = 1000
COLLECTION = r"^[\w][\w .-]{0,127}$"
SOMETHING = r"\S"
PAGES = r"^[1-9][0-9]{0,5}(-[1-9][0-9]{0,5})?$"
_NUMBER = r"-?[0-9]{1,5}(\.[0-9]{1,12})?(e-[0-9]{1,2})?"
BOX = f"^{_NUMBER}(,{_NUMBER}){{3}}$"

EXPECTED = {  # what these say, to people
    COLLECTION: "at most 128 letters, digits, spaces and _ . -, the first a letter or digit, are",
    SOMETHING: "more than spaces is",
    PAGES: "a page such as 9, or a range such as 3-5, is",
    BOX: "four numbers such as 72,90,300,104 are",
}

Question = Annotated[
    str, Field(min_length=1, max_length=LONGEST_QUESTION, pattern=SOMETHING, examples=["What was revenue in 2024?"])
]
Collection = Annotated[str, Field(pattern=COLLECTION, examples=["default"])]
DocumentId = Annotated[str, Field(min_length=1, max_length=64, description="sha256 of the PDF's bytes, hex")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]
PageRange = Annotated[str, Field(pattern=PAGES, examples=["3-5", "9"], description="physical pages")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a misspelt field is an error, by name


class Where(_Request):
    """Where to search; everywhere without it."""

    collections: list[Collection] = Field([], max_length=100, description="only in these; empty means all")
    document_ids: list[DocumentId] = Field([], max_length=1000, description="only in these; empty means all")
    pages: list[PageRange] = Field([], max_length=100, description="only on these pages of each; empty means all")

    def page_ranges(self) -> list[tuple[int, int]]:
        """First and last pages."""
        ranges = []
        for each in self.pages:
            first, _, last = each.partition("-")
            ranges.append((int(first), int(last or first)))
        return [(min(each), max(each)) for each in ranges]


class QueryBody(Where):
    """A question to be answered."""

    question: Question
    budget_tokens: int | None = Field(
        None, ge=1, le=1 << 20, description="of the model's prompt and answer; without it DOCQA_MODEL__BUDGET_TOKENS"
    )
    max_images: int | None = Field(None, ge=0, le=1000, description="page images shown to the model, at most")
    conversation_id: str | None = Field(None, max_length=64, description="of an earlier answer, to go on from it")
    stream: bool = Field(False, description="send events while the answer is made")


class SearchBody(Where):
    """A question whose pages are wanted."""

    question: Question
    limit: int = Field(10, ge=1, le=100, description="pages")
    rerank: bool = Field(False, description="let the cross-encoder read the best pages: better, and slower")


class RetryBody(_Request):
    """Which failed documents are to be read again."""

    collection: Collection | None = Field(None, description="without it in all collections")


class UnlockBody(_Request):
    """What opens a document. It is not kept."""

    password: Password | None = None


class FactsBody(_Request):
    """What a document is, where that was read wrongly; null takes a correction back."""

    title: Annotated[str, Field(min_length=1, max_length=300, pattern=SOMETHING)] | None = None
    organisation: Annotated[str, Field(min_length=1, max_length=200, pattern=SOMETHING)] | None = None
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None
    kind: Annotated[str, Field(min_length=1, max_length=64, pattern=SOMETHING, examples=["10-K"])] | None = None


class FeedbackBody(_Request):
    """What the asker thinks of an answer."""

    verdict: Verdict | None = Field(description="null takes it back")
    comment: str = Field("", max_length=4000)


class TextPart(BaseModel):
    """A part of a message."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message of a chat; of parts only text counts."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    def text(self) -> str:
        """What it says."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream holds beside the answer."""

    include_usage: bool = False


class ChatBody(BaseModel):
    """A chat completion as OpenAI's API has it; what docqa has no use for (temperature, tools, ...) is ignored."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=200, examples=["docqa", "docqa/default"])
    messages: list[Message] = Field(min_length=1, max_length=1000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    conversation_id: str | None = Field(None, max_length=64, description="of docqa's, to go on from it")
    metadata: dict[str, Any] | None = None
