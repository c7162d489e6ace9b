"""The cue sheet: order, JSON both ways, and a name for its content."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.cues.sheet import STYLE_NAMES, Cue, CueSheet, Style
from foley_core.cues.taxonomy import taxonomy

THOUSANDTHS = st.integers(0, 1000).map(lambda n: n / 1000)
LATENTS = st.integers(-1000, 1000).map(lambda n: n / 1000)


@st.composite
def cues(draw):
    onset = draw(st.integers(0, 10**9))
    return Cue(
        kind=draw(st.sampled_from(["action", "ambience", "music", "motif"])),
        sound_class=draw(st.sampled_from([*taxonomy().classes, "music"])),
        material=draw(st.none() | st.sampled_from(taxonomy().materials)),
        onset=onset,
        offset=onset + draw(st.integers(1, 10**6)),
        intensity=draw(THOUSANDTHS),
        gain_db=draw(st.integers(-60_000, 24_000).map(lambda n: n / 1000)),
        confidence=draw(THOUSANDTHS),
        source=draw(st.sampled_from(["detected", "pack:japan", "manifest", "person:Zoë"])),
        style=Style(*(draw(LATENTS) for _ in STYLE_NAMES)),
        take=draw(st.integers(0, 5)),
    )


SHEETS = st.builds(
    lambda samples, items: CueSheet(samples, ()).with_cues(items),
    st.integers(1, 10**10),
    st.lists(cues(), max_size=6),
)


@given(SHEETS)
def test_a_sheet_survives_json(sheet):
    again = CueSheet.from_json(sheet.to_json())
    assert again == sheet
    assert again.to_json() == sheet.to_json()
    assert again.sha256 == sheet.sha256


@given(SHEETS)
def test_cues_are_in_order_of_time(sheet):
    onsets = [cue.onset for cue in sheet.cues]
    assert onsets == sorted(onsets)


@given(st.lists(cues(), max_size=5, unique_by=lambda c: c.onset), st.randoms())
def test_the_order_in_which_cues_are_given_does_not_matter(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    sheet = CueSheet(1, ())
    assert sheet.with_cues(items).sha256 == sheet.with_cues(shuffled).sha256


@pytest.mark.parametrize(
    "change",
    [{"onset": 1}, {"offset": 99}, {"gain_db": 0.001}, {"take": 1}, {"material": "snow"},
     {"style": Style(size=0.001)}, {"source": "person:me"}],
)  # fmt: skip
def test_whatever_changes_a_cue_changes_the_name_of_the_sheet(change):
    cue = Cue("action", "footstep_walk", "wood", 0, 100)
    assert CueSheet(9, (cue,)).sha256 != CueSheet(9, (replace(cue, **change),)).sha256


def test_seconds_are_for_people():
    cue = Cue("action", "tap", "wood", 24_000, 72_000)
    assert (cue.onset_s, cue.offset_s) == (0.5, 1.5)


@pytest.mark.parametrize(("onset", "offset"), [(-1, 5), (5, 5), (6, 5)])
def test_a_cue_without_duration_or_before_the_picture_is_refused(onset, offset):
    with pytest.raises(ValueError, match="0 <= onset < offset"):
        Cue("action", "tap", None, onset, offset)


@pytest.mark.parametrize("change", [{"schema_version": 2}, {"sample_rate": 44_100}])
def test_a_sheet_of_another_form_is_refused(change):
    data = json.loads(CueSheet(9, ()).to_json()) | change
    with pytest.raises(ValueError, match="schema version 1 at 48 kHz"):
        CueSheet.from_json(json.dumps(data).encode())
