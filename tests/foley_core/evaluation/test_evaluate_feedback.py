"""The experiment runs whole: a pair is confused, taught, and told apart better."""

from pathlib import Path

from foley_core.evaluation.evaluate_feedback import evaluate_feedback
from foley_core.models.embedded.perception import Perception


def test_corrections_help(tmp_path: Path) -> None:
    figures = evaluate_feedback(
        Perception().load().net,
        tmp_path,
        lambda share, text: None,
        worlds=8,
        corrections=40,
        steps=20,
    )
    assert 0 < figures["feedback_corrections"] <= 40
    assert figures["feedback_pair_after"] > figures["feedback_pair_before"]
