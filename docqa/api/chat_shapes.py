"""What responses hold where clients of OpenAI's API call."""

from typing import Literal

from pydantic import Field

from docqa.api.answer_shapes import Answer
from docqa.api.shapes import Shape


class OpenAIError(Shape):
    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIErrorBody(Shape):
    """An error as clients of OpenAI's API read it."""

    error: OpenAIError


class Model(Shape):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(Shape):
    object: Literal["list"]
    data: list[Model]


class UrlCitation(Shape):
    """Where in the text a page is cited."""

    url: str = Field(description="the page's image with the quoted words marked")
    title: str
    start_index: int
    end_index: int


class Annotation(Shape):
    type: Literal["url_citation"]
    url_citation: UrlCitation


class ChatMessage(Shape):
    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[Annotation]


class Choice(Shape):
    index: int
    message: ChatMessage
    finish_reason: Literal["stop", "length"]
    logprobs: None


class CompletionUsage(Shape):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(Shape):
    """A chat completion; `docqa` holds the whole answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: CompletionUsage
    docqa: Answer
