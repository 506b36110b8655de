"""A server that speaks OpenAI's protocol: what it serves, and what its refusals mean."""

import base64
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from docqa.errors import ModelRefused, ModelUnavailable, RequestRefused
from docqa.sections import ModelSettings, VisualSettings


class ModelServer:
    """One server and the model on it that is asked; connected when it is first asked.

    `settings` are those of the section of that name, MODEL or VISUAL: errors tell which of its settings to change.
    `advice` tells what to do about a refusal, by words of it.
    """

    def __init__(
        self, settings: ModelSettings | VisualSettings, section: str, *, advice: Mapping[str, str] | None = None
    ) -> None:
        self.url = settings.url
        self.timeout_s = settings.timeout_s
        self._settings = settings
        self._section = f"DOCQA_{section}__"
        self._advice = advice or {}

    @property
    def key(self) -> str:
        """Clients insist on one, even where the server wants none."""
        return self._settings.api_key.get_secret_value() if self._settings.api_key else "none"

    @cached_property
    def name(self) -> str:
        """The model that is asked for: the one set, else the first that the server lists.

        Raises ModelUnavailable or ModelRefused.
        """
        return self._settings.name or next(iter(self.models()))

    def models(self) -> dict[str, int | None]:
        """Models on the server, at least one, each with its context window where the server tells (vLLM does).

        Raises ModelUnavailable or ModelRefused.
        """
        with self.translated():
            found = {model.id: getattr(model, "max_model_len", None) for model in self._client.models.list()}
        if not found:
            raise ModelRefused(f"The server at {self.url} lists no model: set {self._section}NAME")
        return found

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the server answers; a path that begins with a slash is below the root, not below /v1.

        Raises ModelRefused if it has no such path or will not do this, ModelUnavailable.
        """
        root = str(self.url).rstrip("/")
        place = f"{root.removesuffix('/v1')}{path}" if path.startswith("/") else f"{root}/{path}"
        with self.translated():
            answer: Any = self._client.post(place, cast_to=object, body={"model": self.name, **body})
            return dict(answer)

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401  openai.OpenAI
        from openai import OpenAI

        client = OpenAI(base_url=self.url, api_key=self.key, timeout=self.timeout_s, max_retries=0)
        weakref.finalize(self, client.close)
        return client

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of clients into ours: ModelUnavailable, ModelRefused, or RequestRefused if others may pass."""
        import httpx
        import openai

        url, section = self.url, self._section
        try:
            yield
        except (openai.APITimeoutError, httpx.TimeoutException) as error:
            raise ModelUnavailable(
                f"The model server at {url} took over {self.timeout_s:g} s: raise {section}TIMEOUT_S"
            ) from error
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise ModelUnavailable(f"The model server at {url} broke off") from error
        except (openai.APIConnectionError, httpx.TransportError) as error:
            raise ModelUnavailable(f"No model server answers at {url}: start it, or change {section}URL") from error
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ModelRefused(f"The model server at {url} wants another key: set {section}API_KEY") from error
        except openai.NotFoundError as error:
            raise ModelRefused(
                f"The model server at {url} has no such model or path ({_said(error)}):"
                f" set {section}NAME or {section}URL"
            ) from error
        except openai.InternalServerError as error:
            raise ModelUnavailable(f"The model server at {url} failed: {_said(error)}") from error
        except openai.APIStatusError as error:
            said = _said(error)
            advice = next((do for words, do in self._advice.items() if words in said), "See docs/models.md.")
            raise RequestRefused(f"The model server at {url} refused: {said}. {advice}") from error
        except openai.APIError as error:
            raise ModelUnavailable(f"The model server at {url} broke off: {error.message}") from error
        except (ValueError, AttributeError, TypeError, LookupError) as error:  # of clients that met other shapes
            raise ModelRefused(
                f"What answers at {url} does not speak OpenAI's protocol ({type(error).__name__}: {str(error)[:100]}):"
                f" check {section}URL, which usually ends in /v1"
            ) from error


def data_url(jpeg: bytes) -> str:
    """A JPEG as requests carry it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def _said(error: Any) -> str:  # noqa: ANN401  openai.APIStatusError
    body = error.body
    return str(body.get("message", body) if isinstance(body, dict) else error.message)
