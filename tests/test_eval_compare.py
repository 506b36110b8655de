import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from docqa.cli.evaluate import evaluate
from docqa.errors import UsageError
from docqa.evaluation import comparison, outcomes
from docqa.evaluation.outcomes import Outcome
from docqa.evaluation.questions import Question


def outcome(question_id: str, *found: int, gold: int = 1, where: str = "in_document", refused: bool = False) -> Outcome:
    """A question of a.pdf whose answer is on page `gold`, none if 0."""
    question = Question(
        id=question_id,
        question=f"{question_id}?",
        doc="a.pdf",
        evidence_pages=(gold,) if gold else (),
        evidence_mode="single" if gold else "none",
        answer="7",
    )
    return Outcome(
        where=where,  # type: ignore[arg-type]
        question=question,
        found=tuple(("a.pdf", page) for page in found),
        refused=refused,
        answerable=0.5,
        gold_in_evidence=gold in found,
        gold_page_cited_first=found[:1] == (gold,),
        answer_contained=False,
        answer="" if refused else "It is 8.",
    )


def test_each_measure_is_compared_over_the_questions_it_applies_to():
    before = [outcome("q", 2, 1), outcome("r", 1), outcome("n", 3, gold=0)]
    after = [outcome("q", 1, 2), outcome("r", 1), outcome("n", 3, gold=0, refused=True)]
    found = {each.measure: each for each in comparison.compare(before, after).differences}
    assert (found["R@1"].questions, found["R@1"].a, found["R@1"].b) == (2, 0.5, 1.0)
    assert (found["MRR"].a, found["MRR"].b) == (0.75, 1.0)
    assert (found["refused rightly"].questions, found["refused rightly"].b) == (1, 1.0)
    assert (found["R@5"].low, found["R@5"].high, found["R@5"].is_clear) == (0.0, 0.0, False)


def test_only_questions_that_changed_are_listed():
    before = [outcome("q", 2, 1), outcome("r", 1)]
    after = [outcome("q", 1, 2), outcome("r", 1, 5)]  # behind the gold page nothing counts
    (changed,) = comparison.compare(before, after).changed
    assert changed.a.question.id == "q"
    assert changed.measures["R@1"] == (0.0, 1.0)


def test_the_interval_is_that_of_the_paired_bootstrap():
    # 20 of 100 questions won, none lost: the mean is 0.2, its standard error 0.04
    low, high = comparison.interval_of_mean([1.0] * 20 + [0.0] * 80, seed=0)
    assert low == pytest.approx(0.2 - 1.96 * 0.04, abs=0.012)
    assert high == pytest.approx(0.2 + 1.96 * 0.04, abs=0.012)
    assert comparison.interval_of_mean([1.0] * 20 + [0.0] * 80, seed=0) == (low, high)
    assert (
        comparison.interval_of_mean([1.0, -1.0] * 50, seed=0)[0]
        < 0
        < comparison.interval_of_mean([1.0, -1.0] * 50, seed=0)[1]
    )


def test_a_difference_that_every_question_has_is_clear():
    before = [outcome(str(number), 2) for number in range(9)]
    after = [outcome(str(number), 1) for number in range(9)]
    found = {each.measure: each for each in comparison.compare(before, after).differences}
    assert (found["R@1"].low, found["R@1"].high, found["R@1"].is_clear) == (1.0, 1.0, True)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([outcome("q", 1)], "only in the first: r"),
        ([outcome("q", 1), outcome("r", 1), outcome("s", 1)], "only in the second: s"),
        ([outcome("q", 1), outcome("r", 1, gold=2)], "different in the second: r"),
    ],
)
def test_other_questions_cannot_be_compared_and_are_named(after: list[Outcome], said: str):
    with pytest.raises(UsageError, match=said):
        comparison.compare([outcome("q", 1), outcome("r", 1)], after)


@pytest.mark.parametrize("text", ["no json", "[]", "{}", '{"questions": [{"where": "nowhere"}]}', '{"questions": 7}'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"a\.json is not what"):
        outcomes.load(path)


def test_the_command_shows_measures_and_what_changed(tmp_path: Path):
    sides = {"a": [outcome("q", 2, 1), outcome("r", 1)], "b": [outcome("q", 1, 2), outcome("r", 1)]}
    for name, rows in sides.items():
        (tmp_path / name).write_text(json.dumps({"questions": [row.model_dump(mode="json") for row in rows]}))
    done = CliRunner().invoke(evaluate, ["compare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert done.exit_code == 0, done.output
    assert "+0.500" in done.output
    assert "Questions that changed: 1" in done.output
    assert "gold a.pdf p. 1" in done.output
    assert "A    p. 2; p. 1  [It is 8.]" in done.output
    assert "r?" not in done.output
