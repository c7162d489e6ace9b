"""The part `tracks`: tracks of clips are made, measured, written and drawn."""

from pathlib import Path

from videos import render

from foley_core.evaluation.evaluate_tracks import TrackMeasures
from pipelines.evaluation.measured_tracks import measured_tracks, tracks_table
from pipelines.evaluation.parts import Settings

GOOD = TrackMeasures("good", -23.0, True, -40.0, -25.0, 0.0, 3.0, (), 1.0)
BAD = TrackMeasures(
    "bad", None, False, None, -20.0, 120.0, 4.0, tuple(("engine", n / 2) for n in range(5)), 0.0
)


def test_each_track_says_what_is_wrong_with_it() -> None:
    good, bad = tracks_table([GOOD, BAD]).rows
    assert good == ("good", "-23.0", "-40.0", "-25.0", "-15.0", "0", "none")
    assert bad[1:3] == ("– (off target)", "–")
    assert bad[-1] == "engine at 0.0 s, engine at 0.5 s, engine at 1.0 s, 2 more"


def test_tracks_of_clips_are_measured_written_and_drawn(tmp_path: Path) -> None:
    render(tmp_path / "a.mp4", seconds=1)
    table = tmp_path / "clips.csv"
    table.write_text("clip_id,file,has_audio,strong_onsets_s\na,a.mp4,,\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    asked = Settings(out, None, (table,), 1, 0, ("tracks",), ("light",))
    said: list[str] = []
    found = measured_tracks(asked, lambda share, text: said.append(text))
    assert found.figures["tracks"] == 1
    assert found.figures["tracks_silence_ms"] == 0
    assert {path.name for path in (out / "real_tracks").iterdir()} == {"a.flac", "a.png"}
    assert found.tables[0].links == ("real_tracks/a.png",)
    assert said == ["making the track of a"] * 2
