"""Any OpenAI-compatible model server, through LlamaIndex. The only file that talks to it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from docqa.errors import ModelRefused, ModelUnavailable
from docqa.settings import ModelSettings


class ChatModel:
    """A chat model on a server; connected when it is first asked."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings

    def stream(self, instructions: str, parts: Sequence[str | bytes]) -> Iterator[str]:
        from llama_index.core.base.llms.types import ChatMessage, ImageBlock, TextBlock

        blocks = [
            TextBlock(text=part) if isinstance(part, str) else ImageBlock(image=part, image_mimetype="image/jpeg")
            for part in parts
        ]
        messages = [ChatMessage(role="system", content=instructions), ChatMessage(role="user", blocks=blocks)]
        with self._translated():
            for response in self._llm.stream_chat(messages):
                if response.delta:
                    yield response.delta

    @property
    def _key(self) -> str:
        """Clients insist on one, even where the server wants none."""
        return self._settings.api_key.get_secret_value() if self._settings.api_key else "none"

    @cached_property
    def name(self) -> str:
        """The model that is asked for: the one set, else the first that the server lists.

        Raises ModelUnavailable or ModelRefused.
        """
        return self._settings.name or self.served()[0]

    def served(self) -> list[str]:
        """Names of the models on the server, at least one.

        Raises ModelUnavailable or ModelRefused.
        """
        from openai import OpenAI

        key = self._key
        with (
            self._translated(),
            OpenAI(base_url=self._settings.url, api_key=key, timeout=self._settings.timeout_s) as client,
        ):
            names = [model.id for model in client.models.list()]
        if not names:
            raise ModelRefused(f"The server at {self._settings.url} lists no model: set DOCQA_MODEL__NAME")
        return names

    @cached_property
    def _llm(self) -> Any:  # noqa: ANN401  OpenAILike
        from llama_index.llms.openai_like import OpenAILike

        return OpenAILike(
            model=self.name,
            api_base=self._settings.url,
            api_key=self._key,
            timeout=self._settings.timeout_s,
            temperature=self._settings.temperature,
            max_tokens=self._settings.answer_tokens,
            context_window=self._settings.budget_tokens,
            is_chat_model=True,
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
            raise ModelRefused(
                f"The model server at {url} refused: {_said(error)}. If it is about length,"
                " lower DOCQA_MODEL__BUDGET_TOKENS; if about images, lower DOCQA_MODEL__MAX_IMAGES."
            ) from error
        except openai.APIError as error:
            raise ModelUnavailable(f"The model server at {url} broke off: {error.message}") from error


def _said(error: Any) -> str:  # noqa: ANN401  openai.APIStatusError
    body = error.body
    return str(body.get("message", body) if isinstance(body, dict) else error.message)
