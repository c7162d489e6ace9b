"""The table of judged classes: by family, with what each is taken for."""

from judged import real

from foley_core.evaluation.evaluate_generator import JudgedClass
from foley_core.evaluation.evaluate_judge import Accuracy
from pipelines.evaluation.judged_table import judged_table

HELD = real("strike", "metal", 2)
CLASSES = [
    JudgedClass("engine", "machines", HELD, [], Accuracy(0.5, 0.75), Accuracy(1, 1, {"engine": 1})),
    JudgedClass(
        "strike", "impacts", HELD, [], Accuracy(0.5, 0.75),
        Accuracy(0.25, 0.5, {"strike": 0.25, "tap": 0.5, "drop": 0.2, "chop": 0.05}),
    ),
]  # fmt: skip


def test_classes_stand_by_family_with_their_commonest_mistakes() -> None:
    table = judged_table(CLASSES, "light")
    assert "light" in table.title
    assert [row[0] for row in table.rows] == ["strike", "engine"]
    strike, engine = (dict(zip(table.heads, row, strict=True)) for row in table.rows)
    assert strike["recordings, sources"] == "2, 2"
    assert (strike["real"], strike["generated"]) == ("50 %", "25 %")
    assert strike["among three"] == "50 % (75 %)"
    assert strike["taken for"] == "tap 50 %, drop 20 %"
    assert engine["taken for"] == "–"
