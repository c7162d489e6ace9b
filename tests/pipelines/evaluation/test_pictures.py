"""Pictures of what perception sees are drawn whatever it names."""

from dataclasses import replace
from pathlib import Path

from foley_core.evaluation.evaluate_sheets import Watched, evaluation_worlds
from pipelines.evaluation.pictures import confusion_matrix


def test_a_class_that_no_world_has_gets_a_column_of_its_own(tmp_path: Path) -> None:
    world = next(
        one for one in evaluation_worlds(20, 1) if any(c.kind == "action" for c in one.sheet.cues)
    )
    named = [
        replace(cue, sound_class="impact_hard", material="wood") if cue.kind == "action" else cue
        for cue in world.sheet.cues
    ]
    found = world.sheet.with_cues(named)
    assert confusion_matrix([Watched(world, found)], tmp_path).path.stat().st_size > 1000
