import pytest

from docqa.evaluation import calibration
from docqa.evaluation.questions import Question
from docqa.types import Answer, Evidence
from tests.fakes import evidence


def answer(*shown: Evidence) -> Answer:
    return Answer(
        question="?",
        searched="?",
        status="answered",
        method="quotation",
        text="",
        citations=(),
        evidence=shown,
        answerable=0.5,
        parts=(),
        timings={},
    )


def test_probabilities_that_come_true_as_often_as_they_say_have_no_error():
    said, true = [0.75] * 4 + [0.25] * 4, [True, True, True, False, True, False, False, False]
    assert calibration.expected_calibration_error(said, true) == 0.0
    assert calibration.brier_score(said, true) == pytest.approx(0.1875)


def test_the_calibration_error_weighs_bins_by_their_questions():
    said, true = [0.95] * 3 + [0.15], [True, True, False, True]
    expected = 3 / 4 * abs(0.95 - 2 / 3) + 1 / 4 * abs(0.15 - 1)
    assert calibration.expected_calibration_error(said, true) == pytest.approx(expected)


def test_certainty_belongs_to_the_last_bin():
    (last,) = calibration.binned([1.0, 0.9], [True, False])
    assert (last.low, last.high, last.questions, last.predicted, last.observed) == (0.9, 1.0, 2, 0.95, 0.5)


def test_fewer_bins_hide_errors_that_cancel_out():
    said, true = [0.1, 0.4], [True, False]
    assert calibration.expected_calibration_error(said, true, bins=1) == pytest.approx(0.25)
    assert calibration.expected_calibration_error(said, true) == pytest.approx((0.9 + 0.4) / 2)


def test_nothing_asked_is_no_reliability():
    assert calibration.reliability([], []) is None


def test_the_report_tells_what_the_error_were_if_the_share_that_came_true_had_been_expected():
    said, true = [0.5] * 10, [True] * 8 + [False] * 2
    found = calibration.reliability(said, true)
    assert found is not None
    assert (found.came_true, found.expected_calibration_error) == (pytest.approx(0.8), pytest.approx(0.3))
    assert found.error_if_expected == pytest.approx(0.0)
    informed = calibration.reliability([0.8] * 10, true, expected=0.8)
    assert informed is not None
    assert informed.error_if_expected == pytest.approx(informed.expected_calibration_error) == pytest.approx(0.0)


def test_nothing_can_be_expected_where_all_came_true():
    found = calibration.reliability([0.5, 0.7], [True, True])
    assert found is not None and found.error_if_expected is None


def test_it_came_true_if_a_gold_page_is_among_the_evidence():
    asked = Question(id="q", question="?", doc="report.pdf", evidence_pages=(2, 7))
    none = Question(id="n", question="?", doc="report.pdf", evidence_mode="none")
    assert calibration.is_answerable_from_evidence(asked, answer(evidence("a", number=1), evidence("b", number=7)))
    assert not calibration.is_answerable_from_evidence(asked, answer(evidence("a", number=1)))
    assert not calibration.is_answerable_from_evidence(asked, answer(evidence("b", number=7, name="other.pdf")))
    assert not calibration.is_answerable_from_evidence(none, answer(evidence("b", number=7)))
