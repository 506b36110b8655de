"""Answers as chat completions of OpenAI's API. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

NOT_FOUND = "The documents do not answer this question."

Answer = Mapping[str, Any]  # as docqa.wire has it


@dataclass(frozen=True, slots=True)
class Completion:
    """How one answer is written."""

    id: str
    created: int  # seconds since 1970
    model: str  # as it was asked for
    base_url: str  # of this API, as the client calls it

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The answer at once."""
        message = {
            "role": "assistant",
            "content": answer["text"] or NOT_FOUND,
            "refusal": None,
            "annotations": list(self._annotations(answer)),
        }
        choice = {"index": 0, "message": message, "finish_reason": _finish(answer), "logprobs": None}
        return self._envelope("chat.completion") | {"choices": [choice], "usage": _usage(answer), "docqa": answer}

    def piece(self, delta: Mapping[str, Any]) -> dict[str, Any]:
        """A chunk of an answer that is being made."""
        choice = {"index": 0, "delta": delta, "finish_reason": None, "logprobs": None}
        return self._envelope("chat.completion.chunk") | {"choices": [choice]}

    def end(self, answer: Answer) -> dict[str, Any]:
        """The chunk that says what is known when it is made."""
        delta = {"annotations": list(self._annotations(answer))}
        choice = {"index": 0, "delta": delta, "finish_reason": _finish(answer), "logprobs": None}
        return self._envelope("chat.completion.chunk") | {"choices": [choice], "docqa": answer}

    def cost(self, answer: Answer) -> dict[str, Any]:
        """The chunk that says what it took."""
        return self._envelope("chat.completion.chunk") | {"choices": [], "usage": _usage(answer)}

    def _envelope(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}

    def _annotations(self, answer: Answer) -> Iterator[dict[str, Any]]:
        """Each citation where its marker stands first."""
        for citation in answer["citations"]:
            marker = re.search(rf"\[{citation['label']}\]", answer["text"])
            start, end = marker.span() if marker else (0, 0)
            title = f"{citation['document']} p. {citation['page']}"
            place = {"url": self._image(citation), "title": title, "start_index": start, "end_index": end}
            yield {"type": "url_citation", "url_citation": place}

    def _image(self, citation: Mapping[str, Any]) -> str:
        boxes = [("box", ",".join(f"{edge:g}" for edge in box)) for box in citation["boxes"]]
        address = f"{self.base_url}/v1/documents/{citation['document_id']}/pages/{citation['page']}.jpg"
        return f"{address}?{urlencode(boxes, safe=',')}" if boxes else address


def _finish(answer: Answer) -> str:
    return "length" if answer["interrupted"] else "stop"


def _usage(answer: Answer) -> dict[str, int]:
    used = answer["usage"] or {"prompt": 0, "answer": 0}  # a quotation takes no tokens
    prompt, written = used["prompt"], used["answer"]
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}
