"""Captions say each sound once, stay long enough to be read, and never overlap."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.captions import (
    caption_languages,
    caption_rules,
    caption_words,
    captions_of,
    checked_language,
    languages_of,
)
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import ConfigError
from foley_core.styles.pack import available_packs, load_pack

S = 48_000
LANGUAGES = caption_languages()


def cue(sound_class: str, at_s: float, until_s: float | None = None) -> Cue:
    known = taxonomy().all_classes.get(sound_class)
    kind = "ambience" if known and known.kind == "ambience" else "action"
    end_s = at_s + 0.2 if until_s is None else until_s
    return Cue(kind, sound_class, None, round(at_s * S), round(end_s * S))


def sheet(*cues: Cue, seconds: float = 20) -> CueSheet:
    return CueSheet(round(seconds * S), ()).with_cues(cues)


def said(*cues: Cue, language: str = "en", seconds: float = 20) -> list[tuple[float, str]]:
    found = captions_of(sheet(*cues, seconds=seconds), language)
    return [(one.start / S, "/".join(one.lines)) for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_class_has_words_of_its_own_in_every_language(language: str) -> None:
    words = caption_words()[language]
    assert words.keys() == {*taxonomy().all_classes, "music"}
    assert all(word and word == word.strip() and "[" not in word for word in words.values())
    # The nearest relatives may be called alike: water laps in a lake and at a quay.
    assert len(set(words.values())) >= len(words) - 1


def test_there_are_at_least_eight_languages_and_one_for_each_region() -> None:
    assert {"en", "zh", "ja", "de", "fr", "es"} < set(LANGUAGES)
    assert len(LANGUAGES) >= 8
    first = {name: languages_of(load_pack(name).regions)[0] for name in available_packs()}
    assert first == {
        "neutral": "en",
        "japan": "ja",
        "china-city": "zh",
        "india-city": "hi",
        "southeast-asia-city": "id",
        "nordic-coast": "nb",
        "western-europe-city": "fr",
        "north-america-city": "en",
    }


def test_words_are_those_of_a_captioner() -> None:
    door = {one: said(cue("door_slam", 1), language=one)[0][1] for one in ("en", "de")}
    assert door == {"en": "[door slams]", "de": "[Tür fällt zu]"}
    assert said(cue("door_knock", 1), language="zh") == [(1.0, "[敲门声]")]
    assert said(cue("footstep_walk", 1), language="ja") == [(1.0, "[足音]")]


def test_a_walk_is_said_once() -> None:
    steps = [cue("footstep_walk", at / 2) for at in range(2, 16)]
    assert said(*steps) == [(1.0, "[footsteps]")]
    assert said(cue("footstep_walk", 1), cue("footstep_walk", 9)) == [
        (1.0, "[footsteps]"),
        (9.0, "[footsteps]"),
    ]


def test_another_sound_makes_the_one_that_was_read_go() -> None:
    steps = [cue("footstep_walk", at / 2) for at in range(2, 16)]
    found = captions_of(sheet(*steps, cue("door_slam", 4)), "en")
    assert [one.lines for one in found] == [("[footsteps]",), ("[door slams]",)]
    assert found[0].end < found[1].start == 4 * S


def test_sounds_that_begin_together_stand_together_and_later_ones_wait() -> None:
    assert said(cue("door_slam", 1), cue("cough", 1.1)) == [(1.0, "[door slams]/[coughing]")]
    (_, first), (at_s, second) = said(cue("door_slam", 1), cue("cough", 1.6))
    assert (first, second) == ("[door slams]", "[coughing]")
    assert 1.6 < at_s < 2.6


def test_a_place_waits_for_a_pause() -> None:
    assert said(cue("rain", 0, 20)) == [(0.0, "[rain falling]")]
    talk = [cue(name, 0.5 + 0.4 * at) for at, name in enumerate(("cough", "bell", "horn"))]
    found = said(cue("beep", 0), cue("rain", 0.4, 20), *talk)
    assert found[-1][1] == "[rain falling]"
    assert said(cue("room", 0, 20), cue("office", 0, 20)) == []


def test_what_happens_goes_before_places() -> None:
    beds = [Cue("ambience", name, None, 0, 8 * S) for name in ("street", "bell", "insect_call")]
    steps = [cue("footstep_walk", 0.52 + at / 2) for at in range(14)]
    (at_s, first), *rest = said(*beds, *steps, seconds=8)
    assert (at_s, first) == (0.52, "[footsteps]")
    assert [text for _, text in rest] == ["[bell rings]/[insects chirping]"]


def test_what_goes_on_waits_for_a_pause() -> None:
    begun = [cue(name, 1.0) for name in ("door_slam", "cough")]
    steps = [cue("footstep_walk", 1.4 + at / 2) for at in range(14)]
    found = said(*begun, cue("horn", 1.35), *steps)
    assert [text for _, text in found][-1] == "[footsteps]"
    assert found[-1][0] < 7


def test_places_share_a_pause() -> None:
    assert said(cue("rain", 0, 20), cue("street", 0, 20)) == [
        (0.0, "[rain falling]/[street noise]")
    ]


@pytest.mark.parametrize("seconds", [0.8, 2.0, 3.0])
def test_in_a_short_video_the_place_is_said_where_it_can_be(seconds: float) -> None:
    assert said(cue("rain", 0, seconds), seconds=seconds) == [(0.0, "[rain falling]")]
    found = said(cue("rain", 0, seconds), cue("door_slam", 0.3, 0.5), seconds=seconds)
    assert "[door slams]" in found[0][1]
    assert "[rain falling]" in "/".join(text for _, text in found)


def test_the_last_sound_can_be_read_before_the_picture_ends() -> None:
    (one,) = captions_of(sheet(cue("door_slam", 4.9, 5), seconds=5), "en")
    assert one.end == 5 * S
    assert one.end - one.start >= caption_rules().shortest_s * S


def test_two_lines_at_the_very_end_come_early_enough_to_be_read() -> None:
    cues = [cue(name, 27.59, 27.89) for name in ("axe_chop", "church_bell")]
    (one,) = captions_of(sheet(*cues, seconds=30), "en")
    assert len(one.lines) == 2
    assert one.end == 30 * S
    assert one.end - one.start == caption_rules().reading(one.lines, "en")


def test_a_video_that_is_shorter_than_the_reading_says_what_it_can() -> None:
    (one,) = captions_of(sheet(cue("axe_chop", 0.1, 0.4), cue("bell", 0.1, 0.4), seconds=1), "en")
    assert (one.start, one.end, len(one.lines)) == (0, S, 2)


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(taxonomy().all_classes)), st.integers(0, 2800)),
        max_size=30,
    ),
    st.sampled_from(LANGUAGES),
)
def test_captions_never_overlap_and_can_be_read(
    heard: list[tuple[str, int]], language: str
) -> None:
    rules = caption_rules()
    cues = [cue(name, at / 100, at / 100 + 0.3) for name, at in heard]
    found = captions_of(sheet(*cues, seconds=30), language)
    gap = round(rules.gap_s * S)
    assert all(a.end + gap <= b.start for a, b in pairwise(found))
    for one in found:
        assert 0 <= one.start < one.end <= 30 * S
        assert len(one.lines) <= rules.most_lines
        assert one.end - one.start >= rules.reading(one.lines, language)


def test_a_language_without_words_is_told() -> None:
    with pytest.raises(ConfigError, match="language of captions 'no'"):
        checked_language("no")
