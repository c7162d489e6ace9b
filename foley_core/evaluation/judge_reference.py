"""The recordings that generated sounds are compared with: held-out ones, and those trained on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foley_core.evaluation.evaluate_judge import Jury, jury_of
from foley_core.evaluation.evaluate_sound import rise_time_ms
from foley_core.evaluation.judge_examples import (
    JudgeExamples,
    examples_of,
    family_of,
    judged_recordings,
)
from foley_core.training.sound_corpus import (
    read_recording,
    recordings,
    split_by_author,
    strokes_of,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The recordings that generated sounds are compared with.

    Attributes:
        held: held-out examples of the classes that the judge can recognise.
        training: examples of the same classes that the generator learned from.
        jury: the judges of these classes, with their accuracy on held-out recordings.
        rises_ms: rise times of held-out strokes, by class of impacts.
        left_out: classes with enough recordings that are not told apart in these.
    """

    held: JudgeExamples
    training: JudgeExamples
    jury: Jury
    rises_ms: Mapping[str, Sequence[float]]
    left_out: tuple[str, ...] = ()


def read_reference(sounds: Path) -> Reference:
    """Read a corpus; it takes minutes, so read it once for all tiers.

    Raises:
        ConfigError: `sounds` is not a corpus.
    """
    training_rows, held_rows = split_by_author(recordings(sounds))
    judged = judged_recordings(held_rows)
    found = examples_of(held_rows, judged)
    jury = jury_of(found)
    told = {name: judged[name] for name in jury.classes}
    # Training examples of the same classes, for the baseline and for novelty.
    known = examples_of(training_rows, told)
    rises: dict[str, list[float]] = defaultdict(list)
    for name in (name for name in told if family_of(name) == "impacts"):
        for row in (row for row in held_rows if row.recorded_class in told[name]):
            rises[name] += map(rise_time_ms, strokes_of(row, read_recording(row.path)))
    left_out = tuple(sorted(judged.keys() - told.keys()))
    return Reference({name: found[name] for name in told}, known, jury, rises, left_out)
