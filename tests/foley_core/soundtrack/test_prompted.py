"""What is seen, named by a prompt: once for all regions, and under the hands of people."""

from pathlib import Path

import numpy as np
import pytest
from fakes import ToneGenerator

from foley_core.cues.candidates import SeenSheet
from foley_core.cues.corrections import Correction
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.soundtrack.correction_log import append, with_corrections
from foley_core.soundtrack.planning import Score, Scoring, score
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from foley_core.styles.pack import available_packs, load_pack
from foley_core.styles.wishes import Wishes

SHEET = CueSheet(
    480_000,
    (
        Cue("action", "strike", "wood", 48_000, 60_000),
        Cue("action", "tap", "wood", 96_000, 108_000),
        Cue("action", "footstep_walk", "stone", 144_000, 156_000, confidence=0.9),
        Cue("action", "strike", "wood", 192_000, 204_000),
    ),
)
SEEN = Detection.of_seen(SeenSheet(SHEET, ((), (), (), (("dog_bark", 0.3),))), np.zeros(250, "u1"))
PISTOL = Wishes(prompt="a pistol, a dog", seed=4)


def classes(detection: Detection) -> list[str]:
    return [cue.sound_class for cue in detection.sheet.cues]


def change(op: str, index: int, **more: object) -> Correction:
    cue = SEEN.sheet.cues[index].cue_id
    return Correction(op=op, cue=cue, by="ana", at="2026-11-25T20:00:00", **more)  # type: ignore[arg-type]


def test_candidates_decide_and_the_notes_say_what_was_named() -> None:
    after = prompted(SEEN, PISTOL)
    assert classes(after) == ["gunshot", "gunshot", "footstep_walk", "dog_bark"]
    assert after.notes == (
        "prompt: 1 unsure cue is named dog_bark",
        "prompt: 2 unsure cues are named gunshot",
    )
    assert prompted(SEEN, Wishes()) == SEEN


def test_people_have_the_last_word_and_what_they_only_move_keeps_its_new_name(
    tmp_path: Path,
) -> None:
    store = Storage(str(tmp_path))
    made = [
        change("relabel", 0, sound_class="splash"),
        change("move", 1, onset=100_000),
        change("delete", 3),
    ]
    assert append(store, "v", made, lambda entries: None)
    after = with_corrections(store, prompted(SEEN, PISTOL), "v")
    found = [(cue.sound_class, cue.onset) for cue in after.sheet.cues]
    assert found == [("splash", 48_000), ("gunshot", 100_000), ("footstep_walk", 144_000)]


@pytest.mark.parametrize("region", sorted(set(available_packs()) - {"neutral"}))
def test_a_prompt_names_the_same_cues_in_every_region(region: str) -> None:
    def scored(name: str) -> Score:
        request = VideoRequest("v", "v.mp4", PISTOL)
        return score(prompted(SEEN, PISTOL), request, Scoring(load_pack(name)), ToneGenerator())

    def named(one: Score) -> dict[str, str]:
        return {cue.cue_id: cue.sound_class for cue in one.mix_plan.sheet.cues if cue.cue_id}

    neutral, regional = scored("neutral"), scored(region)
    assert named(neutral) == named(regional)
    assert set(prompted(SEEN, PISTOL).notes) <= {*regional.mix_plan.notes}
    keys = {plan.key("g") for plan in neutral.stems if plan.group in ("weapons", "animals")}
    assert keys <= {plan.key("g") for plan in regional.stems}
