"""What a text-conditioned generator is told of a clip."""

from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.styles.clip_text import PUBLISHED_NEGATIVE, clip_text
from foley_core.styles.direction import Direction
from foley_core.styles.pack import load_pack

NEUTRAL = load_pack("neutral")
SECOND = 48_000


def cue(sound_class: str, material: str | None, at: int, confidence: float = 0.9) -> Cue:
    onset = at * SECOND
    return Cue("action", sound_class, material, onset, onset + 4800, confidence=confidence)


def told(*cues: Cue, **options: object) -> tuple[list[str], list[str]]:
    sheet = CueSheet(20 * SECOND, ()).with_cues(cues)
    direction = Direction(**options)  # type: ignore[arg-type]
    text = clip_text(sheet, 0, 10 * SECOND, NEUTRAL, direction)
    return text.prompt.split(", "), text.negative_prompt.split(", ")


def test_the_manifest_comes_first_then_what_is_seen_then_the_region() -> None:
    prompt, _ = told(cue("footstep_walk", "gravel", 1), prompt="heavy boots")
    assert prompt[:2] == ["heavy boots", "footstep walk on gravel"]
    assert prompt[2:] == NEUTRAL.prompt.text.split(", ")


def test_only_what_happens_in_the_clip_and_is_sure_is_named() -> None:
    seen = [cue("strike", "wood", 1), cue("strike", "wood", 2), cue("chop", "wood", 15)]
    prompt, _ = told(*seen, cue("slap", "flesh", 3, confidence=0.4))
    assert prompt == ["wood strike", *NEUTRAL.prompt.text.split(", ")]


def test_bans_and_what_is_a_stem_of_its_own_are_to_be_avoided() -> None:
    filters = parse_filters("dog_bark: off, doors: off, rain: -3 dB", "here")
    _, avoided = told(negative_prompt="crowd, music", filters=filters, environment=False)
    assert avoided[:2] == ["crowd", "music"]
    assert {"dog bark", "door slam", "background ambience"} <= set(avoided)
    assert "rain" not in avoided
    assert avoided[-2:] == PUBLISHED_NEGATIVE.split(", ")
    assert len(avoided) == len(set(avoided))


def test_instruments_that_are_switched_off_are_to_be_avoided() -> None:
    assert "musical instruments" in told(diegetic_music=False)[1]
    assert "musical instruments" not in told()[1]
