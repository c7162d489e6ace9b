"""Diegetic music: said to be composed, or left out."""

from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.styles.diegetic_music import composed_notes, without_instruments
from foley_core.styles.direct import direct
from foley_core.styles.direction import Direction
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import NO_WISHES, SoundWishes, Wishes

SECOND = 48_000
VIOLIN = Cue("action", "violin", "wood", SECOND, 8 * SECOND)
KEYS = [Cue("action", "piano", "wood", at * SECOND, (at + 1) * SECOND) for at in (2, 3)]
DRUM = Cue("action", "drum_kit", "wood", SECOND, 2 * SECOND)
BELL = Cue("action", "church_bell", "metal", SECOND, 2 * SECOND)
STEP = Cue("action", "footstep_walk", "wood", SECOND, 2 * SECOND)
SEEN = CueSheet(20 * SECOND, ()).with_cues([VIOLIN, *KEYS, DRUM, BELL, STEP])


def names(sheet: CueSheet) -> list[str]:
    return sorted({cue.sound_class for cue in sheet.cues})


def test_notes_say_what_is_composed() -> None:
    assert composed_notes(SEEN) == (
        "diegetic music: piano 2 strokes from 2.0 s on is composed, not what was played",
        "diegetic music: violin from 1.0 s to 8.0 s is composed, not what was played",
    )
    assert composed_notes(SEEN.with_cues([DRUM, BELL, STEP])) == ()


def test_instruments_are_left_out_and_bells_are_not() -> None:
    sheet, notes = without_instruments(SEEN)
    assert names(sheet) == ["church_bell", "footstep_walk"]
    (note,) = notes
    assert "drum_kit, piano, violin" in note
    assert without_instruments(sheet) == (sheet, ())


def test_direction_follows_the_wish() -> None:
    pack = load_pack("neutral")
    assert names(direct(SEEN, pack, Direction()).sheet) == names(SEEN)
    silent = direct(SEEN, pack, Direction(diegetic_music=False))
    assert names(silent.sheet) == ["church_bell", "footstep_walk"]
    assert any("switched off" in note for note in silent.notes)


def test_music_that_gives_way_to_an_instrument_is_told() -> None:
    pack = load_pack("neutral")
    (note,) = direct(SEEN, pack, Direction(music=True)).notes
    assert note.startswith("the music is silent during drum_kit, piano, violin;")
    assert direct(SEEN, pack, Direction()).notes == ()
    silent = direct(SEEN, pack, Direction(music=True, diegetic_music=False)).notes
    assert silent == (
        "diegetic music is switched off: drum_kit, piano, violin is seen and left out",
    )
    assert direct(SEEN.with_cues([STEP]), pack, Direction(music=True)).notes == ()


def test_sound_filters_hold_for_what_is_composed() -> None:
    filters = parse_filters("piano: off, violin: -6 dB", "here")
    sheet = direct(SEEN, load_pack("neutral"), Direction(filters=filters)).sheet
    assert "piano" not in names(sheet)
    assert {cue.gain_db for cue in sheet.cues if cue.sound_class == "violin"} == {-6.0}


def test_a_row_wins_over_its_job() -> None:
    def plays(row: bool | None, job: bool | None) -> bool:
        wishes = Wishes(diegetic_music=row), SoundWishes(diegetic_music=job)
        return Direction.of_wishes(*wishes, NO_WISHES.filters, 0).diegetic_music

    assert plays(None, None)
    assert not plays(False, None)
    assert plays(True, False)


def test_words_for_an_instrument_mean_the_one_that_is_seen() -> None:
    def violins(prompt: str) -> list[float]:
        told = direct(SEEN, load_pack("neutral"), Direction(prompt=prompt))
        assert not any("switched off" in note for note in told.notes)
        return [cue.gain_db for cue in told.sheet.cues if cue.sound_class == "violin"]

    assert violins("no violin") == []
    assert violins("quieter violin") == [-6.0]
    assert violins("no piano") == [0.0]
    filters = parse_filters("quieter violin, no trumpet", "here")
    sheet = direct(SEEN, load_pack("neutral"), Direction(filters=filters)).sheet
    assert {cue.gain_db for cue in sheet.cues if cue.sound_class == "violin"} == {-6.0}
