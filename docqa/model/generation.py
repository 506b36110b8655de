"""Answers of any OpenAI-compatible model server, through LlamaIndex. The only file that asks it for them."""

import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import Any

from docqa.model.modelserver import ModelServer, data_url
from docqa.protocols import ChatMessage, Content
from docqa.sections import ModelSettings
from docqa.types import Usage

RETRY_AFTER_S = (0.5, 2.0)  # a server that is not there or says 503 is tried again so much later
ADVICE = {  # about refusals, by the words vLLM has for them
    "image(s)": "Lower DOCQA_MODEL__MAX_IMAGES, or start the server with a larger --limit-mm-per-prompt.",
    "context length": "Lower DOCQA_MODEL__BUDGET_TOKENS, or start the server with a larger --max-model-len.",
    "mm_processor_kwargs": "Start the server with --trust-request-mm-kwargs, or set DOCQA_MODEL__DETAIL.",
    "encoder cache": "Lower DOCQA_MODEL__DETAIL, or start the server with that detail (docqa model command).",
}


class ChatModel:
    """A chat model on a server; connected when it is first asked."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._server = ModelServer(settings, "MODEL", advice=ADVICE)
        self._opening = _Opening()

    def stream(
        self, messages: Sequence[ChatMessage], *, answer_tokens: int, mm_kwargs: Mapping[str, Any] | None = None
    ) -> Iterator[str | Usage]:
        """The answer, piece by piece, then what it cost. Closing the iterator makes the server stop.

        Raises ModelUnavailable or ModelRefused.
        """
        from llama_index.core.base.llms import types as llama

        chat = [llama.ChatMessage(role=role, blocks=_blocks(content)) for role, content in messages]
        extra = {"mm_processor_kwargs": dict(mm_kwargs)} if mm_kwargs else {}
        with self._server.translated(), self._opened(chat, max_tokens=answer_tokens, extra_body=extra) as responses:
            for response in responses:
                if response.delta:
                    yield response.delta
                if usage := getattr(response.raw, "usage", None):
                    details = getattr(usage, "prompt_tokens_details", None)
                    yield Usage(usage.prompt_tokens, usage.completion_tokens, getattr(details, "cached_tokens", None))

    @contextmanager
    def _opened(self, chat: list[Any], **arguments: Any) -> Iterator[Iterator[Any]]:  # noqa: ANN401
        """The responses, their first at hand; tried again while the server is not there or says 503."""
        import openai

        opened = self._opening.responses = []
        try:
            for wait in (*RETRY_AFTER_S, None):
                responses = self._llm.stream_chat(chat, **arguments)
                try:
                    first = next(responses, None)
                    break
                except openai.APITimeoutError:
                    raise
                except (openai.APIConnectionError, openai.InternalServerError) as error:
                    if wait is None or getattr(error, "status_code", 503) != 503:
                        raise
                    time.sleep(wait)
            yield chain([first] if first else [], responses)
        finally:
            # LlamaIndex keeps a generator that was closed, and with it the connection: the server would go on.
            for response in opened:
                response.close()

    def models(self) -> dict[str, int | None]:
        """Models on the server, at least one, each with its context window where the server tells (vLLM does).

        Raises ModelUnavailable or ModelRefused.
        """
        return self._server.models()

    @property
    def name(self) -> str:
        """The model that is asked for: the one set, else the first that the server lists.

        Raises ModelUnavailable or ModelRefused.
        """
        return self._server.name

    def tokens_of_text(self, text: str, own: bool) -> int:
        """Tokens of a text by the served model's tokenizer, with those it adds of its own or not.

        Raises ModelRefused if the server has no /tokenize, ModelUnavailable.
        """
        return int(self._server.post("/tokenize", {"prompt": text, "add_special_tokens": own})["count"])

    def tokens_of_messages(self, messages: Sequence[ChatMessage], mm_kwargs: Mapping[str, Any] | None = None) -> int:
        """Tokens of a conversation as the server counts them, images and all; it has to decode them for that.

        Raises ModelRefused if the server has no /tokenize or will not do this, ModelUnavailable.
        """
        extra = {"mm_processor_kwargs": dict(mm_kwargs)} if mm_kwargs else {}
        return int(self._server.post("/tokenize", _conversation(messages) | extra)["count"])

    def token_strings(self, messages: Sequence[ChatMessage]) -> list[str]:
        """The tokens of a conversation in their order, those of images among them.

        Raises ModelRefused if the server has no /tokenize or will not do this, ModelUnavailable.
        """
        return list(self._server.post("/tokenize", _conversation(messages) | {"return_token_strs": True})["token_strs"])

    @cached_property
    def _llm(self) -> Any:  # noqa: ANN401  OpenAILike
        from llama_index.llms.openai_like import OpenAILike
        from openai import DefaultHttpxClient

        client = DefaultHttpxClient(event_hooks={"response": [self._opening.remember]})
        weakref.finalize(self, client.close)

        return OpenAILike(
            model=self.name,
            api_base=self._settings.url,
            api_key=self._server.key,
            timeout=self._settings.timeout_s,
            temperature=self._settings.temperature,
            max_retries=0,
            http_client=client,
            is_chat_model=True,
            additional_kwargs={"stream_options": {"include_usage": True}},
        )


class _Opening(threading.local):
    """The HTTP responses of the request that this thread is opening."""

    def __init__(self) -> None:
        self.responses: list[Any] = []  # httpx.Response

    def remember(self, response: Any) -> None:  # noqa: ANN401  httpx.Response
        self.responses.append(response)


def _blocks(content: Content) -> list[Any]:
    from llama_index.core.base.llms.types import ImageBlock, TextBlock

    if isinstance(content, str):
        return [TextBlock(text=content)]
    return [
        TextBlock(text=part)
        if isinstance(part, str)
        # Built without validation: that would decode, look at and encode each image again, 4 ms of each.
        else ImageBlock.model_construct(url=data_url(part), image_mimetype="image/jpeg")
        for part in content
    ]


def _content(content: Content) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": data_url(part)}}
        for part in content
    ]


def _conversation(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": _content(content)} for role, content in messages]}
