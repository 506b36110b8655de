"""Any OpenAI-compatible model server, through LlamaIndex. The only file that talks to it."""

import base64
import threading
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import Any

from docqa.errors import ModelRefused, ModelUnavailable
from docqa.protocols import ChatMessage, Content
from docqa.settings import ModelSettings
from docqa.types import Usage

RETRY_AFTER_S = (0.5, 2.0)  # a server that is not there or says 503 is tried again so much later


class ChatModel:
    """A chat model on a server; connected when it is first asked."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
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
        with self._translated(), self._opened(chat, max_tokens=answer_tokens, extra_body=extra) as responses:
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
        with self._translated():
            found = {model.id: getattr(model, "max_model_len", None) for model in self._client.models.list()}
        if not found:
            raise ModelRefused(f"The server at {self._settings.url} lists no model: set DOCQA_MODEL__NAME")
        return found

    @property
    def _key(self) -> str:
        """Clients insist on one, even where the server wants none."""
        return self._settings.api_key.get_secret_value() if self._settings.api_key else "none"

    @cached_property
    def name(self) -> str:
        """The model that is asked for: the one set, else the first that the server lists.

        Raises ModelUnavailable or ModelRefused.
        """
        return self._settings.name or next(iter(self.models()))

    def tokens_of_text(self, text: str, own: bool) -> int:
        """Tokens of a text by the served model's tokenizer, with those it adds of its own or not.

        Raises ModelRefused if the server has no /tokenize, ModelUnavailable.
        """
        return int(self._tokenize({"prompt": text, "add_special_tokens": own})["count"])

    def tokens_of_messages(self, messages: Sequence[ChatMessage], mm_kwargs: Mapping[str, Any] | None = None) -> int:
        """Tokens of a conversation as the server counts them, images and all; it has to decode them for that.

        Raises ModelRefused if the server has no /tokenize or will not do this, ModelUnavailable.
        """
        extra = {"mm_processor_kwargs": dict(mm_kwargs)} if mm_kwargs else {}
        return int(self._tokenize(_conversation(messages) | extra)["count"])

    def token_strings(self, messages: Sequence[ChatMessage]) -> list[str]:
        """The tokens of a conversation in their order, those of images among them.

        Raises ModelRefused if the server has no /tokenize or will not do this, ModelUnavailable.
        """
        return list(self._tokenize(_conversation(messages) | {"return_token_strs": True})["token_strs"])

    def _tokenize(self, body: dict[str, Any]) -> dict[str, Any]:
        root = str(self._settings.url).rstrip("/").removesuffix("/v1")
        with self._translated():
            answer: Any = self._client.post(f"{root}/tokenize", cast_to=object, body={"model": self.name, **body})
            return dict(answer)

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  openai.OpenAI
        from openai import OpenAI

        client = OpenAI(base_url=self._settings.url, api_key=self._key, timeout=self._settings.timeout_s, max_retries=0)
        weakref.finalize(self, client.close)
        return client

    @cached_property
    def _llm(self) -> Any:  # noqa: ANN401  OpenAILike
        from llama_index.llms.openai_like import OpenAILike
        from openai import DefaultHttpxClient

        client = DefaultHttpxClient(event_hooks={"response": [self._opening.remember]})
        weakref.finalize(self, client.close)

        return OpenAILike(
            model=self.name,
            api_base=self._settings.url,
            api_key=self._key,
            timeout=self._settings.timeout_s,
            temperature=self._settings.temperature,
            max_retries=0,
            http_client=client,
            is_chat_model=True,
            additional_kwargs={"stream_options": {"include_usage": True}},
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx
        import openai

        url = self._settings.url
        try:
            yield
        except (openai.APITimeoutError, httpx.TimeoutException) as error:
            raise ModelUnavailable(
                f"The model server at {url} took over {self._settings.timeout_s:g} s: raise DOCQA_MODEL__TIMEOUT_S"
            ) from error
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise ModelUnavailable(f"The model server at {url} broke off") from error
        except (openai.APIConnectionError, httpx.TransportError) as error:
            raise ModelUnavailable(f"No model server answers at {url}: start it, or change DOCQA_MODEL__URL") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ModelRefused(f"The model server at {url} wants another key: set DOCQA_MODEL__API_KEY") from error
        except openai.NotFoundError as error:
            raise ModelRefused(
                f"The model server at {url} has no such model or path ({_said(error)}):"
                " set DOCQA_MODEL__NAME or DOCQA_MODEL__URL"
            ) from error
        except openai.InternalServerError as error:
            raise ModelUnavailable(f"The model server at {url} failed: {_said(error)}") from error
        except openai.APIStatusError as error:
            raise ModelRefused(f"The model server at {url} refused: {_said(error)}. {_advice(_said(error))}") from error
        except openai.APIError as error:
            raise ModelUnavailable(f"The model server at {url} broke off: {error.message}") from error
        except (ValueError, AttributeError, TypeError, KeyError) as error:  # of clients that met other shapes
            raise ModelRefused(
                f"What answers at {url} does not speak OpenAI's protocol ({type(error).__name__}: {str(error)[:100]}):"
                " check DOCQA_MODEL__URL, which usually ends in /v1"
            ) from error


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
        else ImageBlock.model_construct(url=_data_url(part), image_mimetype="image/jpeg")
        for part in content
    ]


def _content(content: Content) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": _data_url(part)}}
        for part in content
    ]


def _conversation(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": _content(content)} for role, content in messages]}


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _said(error: Any) -> str:  # noqa: ANN401  openai.APIStatusError
    body = error.body
    return str(body.get("message", body) if isinstance(body, dict) else error.message)


def _advice(refusal: str) -> str:
    """What to do about a refusal, by the words vLLM has for it."""
    advice = {
        "image(s)": "Lower DOCQA_MODEL__MAX_IMAGES, or start the server with a larger --limit-mm-per-prompt.",
        "context length": "Lower DOCQA_MODEL__BUDGET_TOKENS, or start the server with a larger --max-model-len.",
        "mm_processor_kwargs": "Start the server with --trust-request-mm-kwargs, or set DOCQA_MODEL__DETAIL.",
        "encoder cache": "Lower DOCQA_MODEL__DETAIL, or start the server with that detail (docqa model command).",
    }
    return next((do for words, do in advice.items() if words in refusal), "See docs/models.md.")
