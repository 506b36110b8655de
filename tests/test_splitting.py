"""Questions that a language model splits where rules see one thing."""

from collections.abc import Iterator

from docqa.question.parts import MOST_PARTS
from docqa.question.splitting import ModelSplitter, listed


class Says:
    """A model that says one thing, and remembers what it was asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[str] = []

    def stream(self, messages, *, answer_tokens, mm_kwargs=None) -> Iterator[str]:
        self.asked.append(messages[-1][1])
        yield from self.text.split(" ")


def test_a_model_is_asked_only_where_rules_see_one_thing():
    model = Says("unused")
    split = ModelSplitter(model)
    assert split("Was the fleet larger in 2021 or 2022?") == (
        "Was the fleet larger in 2021?",
        "Was the fleet larger in 2022?",
    )
    assert model.asked == []
    assert split("Who audits the harbour's largest tenant?") == ()
    assert model.asked == ["Who audits the harbour's largest tenant?"]


def test_marks_of_a_list_are_dropped_and_each_question_counts_once():
    said = "Here they are:\n1. Who is the largest tenant?\n- Who audits Acme?\n* Who audits Acme?\n\nThat is all."
    assert listed(said) == ("Who is the largest tenant?", "Who audits Acme?")


def test_one_question_or_too_many_are_no_split():
    assert listed("Who audits Acme?") == ()
    assert listed("\n".join(f"Who audits company {number}?" for number in range(MOST_PARTS + 1))) == ()
    assert listed("I cannot help with that.") == ()
