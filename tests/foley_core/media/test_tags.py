"""Tags are found in any case, and timecodes are read in all forms that programs write."""

from fractions import Fraction
from pathlib import Path

import pytest
import videos

from foley_core.media.probe import probe
from foley_core.media.tags import tag, tagged_duration_s, timecode_s

NTSC = Fraction(30_000, 1001)


@pytest.mark.parametrize("suffix", [".mov", ".mkv", ".mxf"])
def test_a_timecode_is_found_in_any_case(tmp_path: Path, suffix: str) -> None:
    codec = "mpeg2video" if suffix == ".mxf" else "libx264"
    tags = {"timecode": "10:00:00:00"}
    path = videos.render(tmp_path / f"a{suffix}", codec=codec, metadata=tags)
    with path.open("rb") as file:
        assert probe(file, path.name).timecode == "10:00:00:00"


@pytest.mark.parametrize("name", ["DURATION", "Duration", "duration"])
def test_names_have_any_case(name: str) -> None:
    assert tag({name: "1"}, "duration") == "1"
    assert tagged_duration_s({name: "00:01:02.5"}) == Fraction(125, 2)
    assert tagged_duration_s({name: "-596523:-14:22.2480"}) is None


@pytest.mark.parametrize(
    ("text", "rate", "seconds"),
    [
        ("10:00:00:00", Fraction(25), 36_000),
        ("10:00:00:12", Fraction(25), 36_000 + Fraction(12, 25)),
        ("10:00:00;00", NTSC, Fraction(36_000 * 30 - 2 * 540) / NTSC),
        ("10:00:00.00", NTSC, Fraction(36_000 * 30 - 2 * 540) / NTSC),
        ("10;00;00;00", NTSC, Fraction(36_000 * 30 - 2 * 540) / NTSC),
        ("10:00:00:00", NTSC, Fraction(36_000 * 30) / NTSC),
        ("01:00:00;00", 2 * NTSC, Fraction(3600 * 60 - 4 * 54) / (2 * NTSC)),
        ("01:00:00:119", Fraction(120), 3600 + Fraction(119, 120)),
        ("01:00:00.500", Fraction(25), 3600 + Fraction(1, 2)),
        # No labels are left out where the rate is a whole number.
        ("01:00:00;00", Fraction(25), 3600),
        ("soon", Fraction(25), 0),
    ],
)
def test_forms_of_timecodes(text: str, rate: Fraction, seconds: Fraction) -> None:
    assert timecode_s(text, rate) == seconds
