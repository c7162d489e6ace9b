"""Contact sheets of real clips: pictures over time, and below them the cues that were found.

Colours say what became of each name: right, near, wrong, or absurd. The pictures are other people's
footage: they belong into a report for those who hold the clips, and nowhere else.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from matplotlib.figure import Figure

from foley_core.cues.sheet import Cue
from foley_core.evaluation.everyday_names import (
    Families,
    families,
    is_absurd,
    name_verdict,
    place_verdict,
    places,
)
from foley_core.evaluation.real_clips import SHORT_S, RealClip
from foley_core.media.full_pictures import full_pictures
from foley_core.media.probe import probe
from foley_core.timebase import MOTION_RATE
from foley_core.types import U8

PICTURES = 6
COLOURS = {"right": "#1b7837", "near": "#c98a00", "wrong": "#666666", "absurd": "#b2182b"}
_WIDTH_INCHES, _DOTS_PER_INCH = 9.0, 80
_STRIP_INCHES, _LANE_INCHES, _FOOT_INCHES, _HEAD_INCHES = 1.15, 0.21, 0.42, 0.3
_SOUND_INCHES = 0.95
_LEFT, _RIGHT = 0.19, 0.985
_NO_SOUNDS: Mapping[str, "Panel"] = MappingProxyType({})
_UNJUDGED = "#1f4e79"
_KEPT_SIDE_PX = 240

Panel = Callable[[Any], None]
"""Drawing of one moment of a clip into matplotlib axes."""


def draw_sheet(clip: RealClip, folder: Path) -> Path:
    """Draw the contact sheet of a clip as `NAME.png` into a folder.

    Raises:
        DecodeError: the clip cannot be read.
    """
    path = folder / f"{clip.listed.name}.png"
    shown = [picture_panel(picture) for picture in shown_pictures(clip.listed.path)]
    save_sheet(sheet_figure(clip, shown), path)
    return path


def save_sheet(figure: Figure, path: Path, dots_per_inch: int = _DOTS_PER_INCH) -> None:
    """Write a sheet as PNG, the same bytes for the same sheet."""
    figure.savefig(path, dpi=dots_per_inch, metadata={"Software": None})


def shown_moments_s(seconds: float) -> list[float]:
    """Return the middle of each sixth of a clip, seconds."""
    return [(number + 0.5) * seconds / PICTURES for number in range(PICTURES)]


def shown_pictures(path: Path) -> list[U8]:
    """Return one small RGB picture (H, W, 3) for each moment of `shown_moments_s`.

    Raises:
        DecodeError: the clip cannot be read.
    """
    answer = []
    with path.open("rb") as file:
        info = probe(file, path.name)
        for moment_s in shown_moments_s(float(info.duration_s)):
            first_s = Fraction(moment_s).limit_denominator(1000)
            last_s = first_s + Fraction(1, MOTION_RATE)
            _, picture = next(full_pictures(file, path.name, info, first_s, last_s))
            every = max(1, picture.shape[0] // _KEPT_SIDE_PX)
            answer.append(picture[::every, ::every].copy())
    return answer


def sheet_figure(
    clip: RealClip, panels: Sequence[Panel], sounds: Mapping[str, Panel] = _NO_SOUNDS
) -> Figure:
    """Draw moments side by side, and sounds and the cue sheet on one time axis below them.

    Args:
        panels: of the moments.
        sounds: a panel for each sound, by its name.
    """
    lanes = _lanes(clip)
    body = _LANE_INCHES * max(1, len(lanes)) + _SOUND_INCHES * len(sounds)
    height = _HEAD_INCHES + _STRIP_INCHES + body + _FOOT_INCHES
    figure = Figure(figsize=(_WIDTH_INCHES, height))
    width = (_RIGHT - _LEFT) / PICTURES
    bottom = (body + _FOOT_INCHES) / height
    for number, panel in enumerate(panels):
        place = (_LEFT + number * width, bottom, width, _STRIP_INCHES / height)
        axes = figure.add_axes(place)
        axes.axis("off")
        panel(axes)
    figure.text(0.01, 1.0 - 0.6 * _HEAD_INCHES / height, _title(clip), fontsize=8, va="center")
    for row, (name, panel) in enumerate(sounds.items(), 1):
        below = (body + _FOOT_INCHES - row * _SOUND_INCHES) / height
        # A narrow gap parts it from what stands above.
        place = (_LEFT, below, _RIGHT - _LEFT, 0.94 * _SOUND_INCHES / height)
        _draw_sound(figure.add_axes(place), name, panel, clip.seconds)
    height_of_lanes = (body - _SOUND_INCHES * len(sounds)) / height
    axes = figure.add_axes((_LEFT, _FOOT_INCHES / height, _RIGHT - _LEFT, height_of_lanes))
    _draw_lanes(axes, clip, lanes)
    return figure


def _draw_sound(axes: Any, name: str, panel: Panel, seconds: float) -> None:
    axes.set_xlim(0, seconds)
    panel(axes)
    axes.set_xticks([])
    axes.set_yticks([0.5], [name], fontsize=8)
    axes.tick_params(left=False)


def _title(clip: RealClip) -> str:
    heard = clip.listed.heard or "not known"
    place = f" · place: {clip.listed.ambience}" if clip.listed.ambience else ""
    text = f"{clip.listed.name} · heard: {heard}{place}"
    return text if len(text) <= 130 else f"{text[:129]}…"


def _lanes(clip: RealClip) -> dict[str, list[Cue]]:
    """Return cues by class: actions in order of their first, then beds and all else."""
    lanes: dict[str, list[Cue]] = {}
    for cue in sorted(clip.sheet.cues, key=lambda cue: (cue.kind != "action", cue.onset)):
        lanes.setdefault(cue.sound_class, []).append(cue)
    return lanes


def _draw_lanes(axes: Any, clip: RealClip, lanes: dict[str, list[Cue]]) -> None:
    colours = [_colour(clip, cues[0]) for cues in lanes.values()]
    for onset_s in clip.listed.onsets_s:
        axes.axvline(onset_s, color="#111111", linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
    for row, (cues, colour) in enumerate(zip(lanes.values(), colours, strict=True)):
        for cue in cues:
            _draw_cue(axes, cue, row, colour)
    axes.set_xlim(0, clip.seconds)
    axes.set_ylim(max(1, len(lanes)) - 0.4, -0.6)
    axes.set_yticks(range(len(lanes)), list(lanes), fontsize=8)
    for label, colour in zip(axes.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    axes.tick_params(left=False, labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_xlabel("seconds (dashed: onsets of the true track)", fontsize=8)
    if not lanes:
        axes.text(0.5, 0.5, "no cue", transform=axes.transAxes, ha="center", va="center")


def _draw_cue(axes: Any, cue: Cue, row: int, colour: str) -> None:
    """Draw a short cue as a diamond, a lasting one as a bar; actions with their confidence."""
    if cue.kind == "action" and cue.offset_s - cue.onset_s <= SHORT_S:
        axes.plot([cue.onset_s], [row], "D", markersize=4.5, color=colour)
    else:
        span = [(cue.onset_s, cue.offset_s - cue.onset_s)]
        axes.broken_barh(span, (row - 0.26, 0.52), color=colour, alpha=0.3, linewidth=0)
    if cue.kind == "action":
        text = f"{cue.confidence:.2f}".removeprefix("0")
        axes.annotate(
            text, (cue.onset_s, row), (4, 0), textcoords="offset points", fontsize=6, va="center"
        )


def _colour(clip: RealClip, cue: Cue) -> str:
    if cue.kind == "action" and clip.listed.heard:
        return COLOURS[_word(families(cue.sound_class), families(clip.listed.heard))]
    if cue.kind == "ambience" and clip.listed.ambience:
        return COLOURS[place_verdict(places(cue.sound_class), places(clip.listed.ambience))]
    return _UNJUDGED


def _word(said: Families, truth: Families) -> str:
    verdict = name_verdict(said, truth)
    return "absurd" if is_absurd(said, verdict) else verdict


def picture_panel(picture: U8) -> Panel:
    """Return the drawing of an RGB picture `(H, W, 3)`."""

    def panel(axes: Any) -> None:
        axes.imshow(picture, interpolation="antialiased")

    return panel
