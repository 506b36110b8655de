"""docqa as a model, for the clients that people use."""

import httpx
import openai
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike

from docqa.errors import ModelUnavailable
from docqa.service import Service
from docqa.types import Draft
from tests.api.answerers import Failing, answered_by
from tests.api.conftest import QUESTION, REPORT, Serve

ASKED = [{"role": "user", "content": QUESTION}]


@pytest.fixture
def client(api: httpx.Client):
    with openai.OpenAI(base_url=f"{api.base_url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_the_models_are_docqa_and_its_collections(client: openai.OpenAI):
    assert [model.id for model in client.models.list()] == ["docqa", "docqa/default"]


@pytest.mark.parametrize("model", ["docqa", "docqa/default"])
def test_the_openai_client_gets_an_answer_with_citations(client: openai.OpenAI, api: httpx.Client, model: str):
    completion = client.chat.completions.create(model=model, messages=ASKED)
    [choice] = completion.choices
    assert "212,000" in choice.message.content
    assert (choice.finish_reason, completion.model, completion.usage.total_tokens) == ("stop", model, 0)
    [annotation, *_] = choice.message.annotations
    citation = annotation.url_citation
    assert choice.message.content[citation.start_index : citation.end_index] == "[1]"
    assert citation.title == f"{REPORT} p. 4"
    assert api.get(citation.url).headers["content-type"] == "image/jpeg"
    assert completion.docqa["citations"][0]["quote"] in choice.message.content
    assert api.get(f"/v1/answers/{completion.docqa['id']}").json() == completion.docqa


def test_the_openai_client_streams(client: openai.OpenAI):
    chunks = list(
        client.chat.completions.create(
            model="docqa", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    *_, last, usage = chunks
    assert chunks[0].choices[0].delta.role == "assistant"
    assert last.choices[0].finish_reason == "stop"
    assert text == last.docqa["text"]
    [annotation, *_] = last.choices[0].delta.annotations
    assert text[annotation["url_citation"]["start_index"] :].startswith("[1]")
    assert (usage.choices, usage.usage.total_tokens) == ([], 0)
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_follow_up_leans_on_the_messages_before_it(client: openai.OpenAI):
    first = "What was crane availability in the third quarter?"
    messages = [
        {"role": "user", "content": first},
        {"role": "assistant", "content": "96.8 % [1]"},
        {"role": "user", "content": "And in the fourth quarter?"},
    ]
    completion = client.chat.completions.create(model="docqa", messages=messages)
    assert completion.docqa["searched"] == f"{first} And in the fourth quarter?"
    assert completion.docqa["citations"][0]["page"] == 2


def test_a_stream_ends_with_done_and_is_off_unless_asked_for(api: httpx.Client):
    body = {"model": "docqa", "messages": ASKED}
    assert api.post("/v1/chat/completions", json=body).headers["content-type"] == "application/json"
    assert api.post("/v1/chat/completions", json=body | {"stream": None}).json()["object"] == "chat.completion"
    assert api.post("/v1/chat/completions", json=body | {"stream": True}).text.endswith("\n\ndata: [DONE]\n\n")


def test_what_is_not_there_is_said_in_words(client: openai.OpenAI):
    asked = [{"role": "user", "content": "How many moons does Jupiter have?"}]
    said = "The documents do not answer this question."
    assert client.chat.completions.create(model="docqa", messages=asked).choices[0].message.content == said
    stream = client.chat.completions.create(model="docqa", messages=asked, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == said


def test_the_last_user_message_is_the_question(client: openai.OpenAI):
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "What does fault code E11 mean?"},
        {"role": "assistant", "content": "Too hot."},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]
    completion = client.chat.completions.create(
        model="docqa", messages=messages, temperature=0.7, max_tokens=5, tools=[]
    )
    assert completion.docqa["question"] == QUESTION


def test_a_conversation_goes_on_where_its_id_is_sent(client: openai.OpenAI):
    first = client.chat.completions.create(model="docqa", messages=ASKED).docqa
    again = {"conversation_id": first["conversation_id"]}
    second = client.chat.completions.create(model="docqa", messages=ASKED, extra_body=again).docqa
    assert second["conversation_id"] == first["conversation_id"]


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ({"model": "gpt-4", "messages": ASKED}, openai.NotFoundError, "There is no model gpt-4"),
        ({"model": "docqa/nowhere", "messages": ASKED}, openai.NotFoundError, "No collection is called nowhere"),
        ({"model": "docqa", "messages": []}, openai.BadRequestError, "messages: "),
        ({"model": "docqa", "messages": [{"role": "system", "content": "x"}]}, openai.BadRequestError, "no question"),
        ({"model": "docqa", "messages": [{"role": "user", "content": " "}]}, openai.BadRequestError, "no question"),
        ({"model": "docqa", "messages": [{"role": "user", "content": "x" * 4001}]}, openai.BadRequestError, "4001"),
    ],
)
def test_errors_have_the_shape_that_its_clients_read(client: openai.OpenAI, body: dict, kind: type, said: str):
    with pytest.raises(kind, match=said) as caught:
        client.chat.completions.create(**body)
    assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_a_key_that_is_missing_is_said_in_that_shape_too(examples: Service, serve: Serve):
    other = serve(examples, host="0.0.0.0")
    for answer in (other.get("/v1/models"), other.post("/v1/chat/completions", json={})):
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthorized"


def test_a_model_that_fails_ends_the_stream_with_an_error(examples: Service, serve: Serve):
    address = serve(answered_by(examples, Failing(ModelUnavailable("No model server"), words=1))).base_url
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        with pytest.raises(openai.APIError, match="No model server"):
            list(client.chat.completions.create(model="docqa", messages=ASKED, stream=True))
        with pytest.raises(openai.InternalServerError, match="No model server"):
            client.chat.completions.create(model="docqa", messages=ASKED)


def test_cited_pages_are_linked_where_others_reach_the_api(examples: Service, serve: Serve):
    client = serve(examples, public_url="https://docqa.example.org/api/")
    answered = client.post("/v1/chat/completions", json={"model": "docqa", "messages": ASKED}).json()
    [annotation, *_] = answered["choices"][0]["message"]["annotations"]
    assert annotation["url_citation"]["url"].startswith("https://docqa.example.org/api/v1/documents/")


def test_annotations_fit_the_streamed_text_even_if_the_model_begins_with_a_space(examples: Service, serve: Serve):
    class Spaced:
        def answer(self, question, evidence, *, say, show, history=()):
            show(evidence)
            for piece in ("\n", " ", "It was [1]", "."):
                say(piece)
            return Draft("answered", "It was [1].", (), tuple(evidence))

    address = serve(answered_by(examples, Spaced())).base_url
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none") as client:
        stream = list(client.chat.completions.create(model="docqa", messages=ASKED, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "It was [1]."


def test_llamaindex_can_use_it_as_a_model(api: httpx.Client):
    model = OpenAILike(model="docqa", api_base=f"{api.base_url}/v1", api_key="none", is_chat_model=True)
    asked = [ChatMessage(role="user", content=QUESTION)]
    answer = model.chat(asked)
    assert "212,000" in answer.message.content
    assert answer.raw.docqa["citations"][0]["page"] == 4
    *_, last = model.stream_chat(asked)
    assert last.message.content == answer.message.content
