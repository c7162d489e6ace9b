"""Pictures at full size: each once, upright, at its time; any range shows what the whole shows."""

import weakref
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import parity
import pytest
import videos
from fakes import pictures_taken

from foley_core.errors import DecodeError
from foley_core.media.full_pictures import full_pictures
from foley_core.media.probe import probe
from foley_core.types import U8

Taken = list[tuple[float, U8]]
GOP = {"g": "20"}


def look(
    path: Path,
    first_s: Fraction | int = 0,
    last_s: Fraction | int | None = None,
    start_s: Fraction | int = 0,
) -> Taken:
    with path.open("rb") as file:
        info = probe(file, path.name)
        last = info.duration_s if last_s is None else Fraction(last_s)
        seen = full_pictures(file, path.name, info, Fraction(first_s), last, Fraction(start_s))
        return list(seen)


def decoded(path: Path) -> list[tuple[float, U8]]:
    with av.open(str(path)) as container:
        return [
            (frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)
        ]


def same(one: Taken, other: Taken) -> bool:
    return [t for t, _ in one] == pytest.approx([t for t, _ in other], abs=1e-9) and all(
        np.array_equal(a, b) for (_, a), (_, b) in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("name", ["25", "30", "60", "ntsc", "long25"])
def test_constant_rates_are_looked_at_as_published(name: str) -> None:
    path = parity.folder() / "videos" / f"{name}.mp4"
    golden = parity.golden("frame_sampling").tensors
    seen, plain = look(path), decoded(path)
    assert [time_s for time_s, _ in seen[: len(plain)]] == golden[f"{name}.frame_times"].tolist()
    for rate in (8, 25):
        picked = golden[f"{name}.picked_{rate}"].tolist()
        taken = pictures_taken([time_s for time_s, _ in seen], rate)
        assert len(taken) == len(picked)
        assert all(
            np.array_equal(seen[a][1], plain[b][1]) for a, b in zip(taken, picked, strict=True)
        )


@pytest.mark.parametrize(("name", "more"), [("12", 2), ("24", 0)])
def test_below_25_a_second_only_the_last_picture_is_held(name: str, more: int) -> None:
    golden = parity.golden("frame_sampling").tensors
    taken = pictures_taken([t for t, _ in look(parity.folder() / "videos" / f"{name}.mp4")], 25)
    picked = golden[f"{name}.picked_25"].tolist()
    assert taken == picked + [len(golden[f"{name}.frame_times"])] * more


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi", "a.webm"])
def test_a_range_shows_what_the_whole_shows(tmp_path: Path, name: str) -> None:
    codec = "libvpx" if name == "a.webm" else "libx264"
    path = videos.render(tmp_path / name, seconds=4, codec=codec, options=GOP)
    whole = look(path)
    assert len(whole) == 100
    for first, last in [(0, 50), (50, 100), (33, 97), (98, 100)]:
        part = look(path, Fraction(first, 25), Fraction(last, 25))
        moved = [(time_s - first / 25, rgb) for time_s, rgb in whole[first:last]]
        assert same(part, moved)
        assert part[0][0] == 0.0


def test_a_start_moves_the_clock(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", seconds=4, options=GOP)
    assert same(look(path, 0, 1, start_s=2), look(path, 2, 3))
    assert same(
        look(path, 1, 2, start_s=Fraction(1, 2)), look(path, Fraction(3, 2), Fraction(5, 2))
    )


def test_a_clip_begins_with_what_is_on_screen(tmp_path: Path) -> None:
    path = videos.render(tmp_path / "a.mp4", rate=10, seconds=2, options=GOP)
    whole, part = look(path), look(path, Fraction(13, 25), Fraction(26, 25))
    assert [time_s for time_s, _ in part] == pytest.approx([0, 0.08, 0.18, 0.28, 0.38, 0.48])
    assert np.array_equal(part[0][1], whole[5][1])
    assert np.array_equal(part[1][1], whole[6][1])


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_what_stays_long_is_shown_again_before_the_next(tmp_path: Path, suffix: str) -> None:
    path = videos.variable_rate(tmp_path / f"a{suffix}")
    seen = look(path)
    times = [round(time_s, 3) for time_s, _ in seen]
    assert times[8:13] == [0.32, 0.36, 0.98, 1.0, 1.02]
    assert np.array_equal(seen[9][1], seen[10][1])
    taken = pictures_taken(times, 25)
    assert taken[24] == 10
    assert taken[25] in (11, 12)


def test_the_last_picture_is_held_to_the_end_of_the_clip(tmp_path: Path) -> None:
    path = videos.variable_rate(tmp_path / "a.mp4")
    seen = look(path, 0, Fraction(4, 5))
    assert [round(time_s, 3) for time_s, _ in seen[-2:]] == [0.36, 0.78]
    assert len(pictures_taken([time_s for time_s, _ in seen], 25)) == 20
    assert round(look(path, Fraction(1, 2), Fraction(4, 5))[0][0], 3) == 0.0


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pictures_are_turned_upright(tmp_path: Path, turn: int) -> None:
    options = videos.SAME_TWICE
    plain = look(videos.render(tmp_path / "a.mov", seconds=0.2, options=options))
    turned = look(
        videos.render(tmp_path / "b.mov", seconds=0.2, rotation_deg=turn, options=options)
    )
    for (_, one), (_, other) in zip(plain, turned, strict=True):
        assert other.flags.c_contiguous
        assert np.array_equal(np.rot90(one, turn // 90), other)


@pytest.mark.parametrize(
    "render", [{"pixels": "yuv422p10le", "codec": "prores_ks"}, {"width_px": 162, "height_px": 98}]
)
def test_colours_are_those_of_the_decoder(tmp_path: Path, render: dict[str, object]) -> None:
    path = videos.render(tmp_path / "a.mov", seconds=0.2, **render)  # type: ignore[arg-type]
    assert same(look(path), decoded(path))


@pytest.mark.parametrize(
    ("kind", "reason"), [("bit_rot", "damaged: "), ("truncated", "truncated: ")]
)
def test_damage_is_an_error(bad: dict[str, Path], kind: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        look(bad[kind])


def test_ranges_around_a_cut(bad: dict[str, Path]) -> None:
    assert len(look(bad["truncated"], 0, Fraction(4, 5))) == 20
    with pytest.raises(DecodeError, match=r"nothing at 3\.20 s"):
        look(bad["truncated"], Fraction(16, 5), 4)


def test_one_picture_is_held_at_a_time(tmp_path: Path) -> None:
    path = videos.variable_rate(tmp_path / "a.mp4")
    with path.open("rb") as file:
        seen = full_pictures(file, "a", probe(file, "a"), Fraction(0), Fraction(6, 5))
        before: Callable[[], U8 | None] = lambda: None  # noqa: E731
        for _, rgb in seen:
            assert before() is None
            before = weakref.ref(rgb)
            del rgb
