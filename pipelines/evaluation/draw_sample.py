"""The picture of README.md: frames, cues and sound of a sample video on one time axis.

    python -m pipelines.evaluation.draw_sample street_walk picture.png --region japan

The sample is rendered and gets its soundtrack first, in some seconds. The digest of the weights is
written into the file (`Source`), so that a test finds a picture that former weights made.
"""

from collections.abc import Collection, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import typer
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.engine import VideoFoleyEngine
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, U8
from foley_core.world.samples import render_sample

_WIDTH_INCHES, _DOTS_PER_INCH = 8.0, 200
_PICTURES = 8
_COLOURS = 160
_WAVEFORM_RATE = 200
_SEEN, _ADDED, _SOUND, _GUIDE = "#1f4e79", "#c0571b", "#40566b", "#d3d9e0"
_LANE_ORDER = {"action": 0, "motif": 1, "ambience": 2, "music": 3}


def draw_sample(name: str, path: Path, region: str = "neutral") -> None:
    """Render a sample, make its soundtrack for a region, and draw both as a PNG.

    Raises:
        ConfigError: there is no such sample or no such region.
    """
    engine = VideoFoleyEngine()
    with TemporaryDirectory() as folder:
        video = Path(folder) / f"{name}.mp4"
        world = render_sample(name, video)
        track = engine.generate(video, {"region": region})
        seen = engine.generate(video).cue_sheet
    # The picture in the middle of each part of the time axis.
    middles = (np.arange(_PICTURES) + 0.5) * world.frames / _PICTURES
    pictures = [world.picture(int(middle)) for middle in middles]
    figure = figure_of(pictures, track.cue_sheet, lanes_of(seen).keys(), track.waveform)
    save(figure, path, weights_digest())


def weights_digest() -> str:
    """Return the digest of the weights in the package that make a track of the full tier."""
    return find_weights().digest("full")


def lanes_of(sheet: CueSheet) -> dict[str, list[Cue]]:
    """Return cues by the name of their sound: actions first, then motifs and beds."""
    lanes: dict[str, list[Cue]] = {}
    for cue in sorted(sheet.cues, key=lambda cue: _LANE_ORDER[cue.kind]):
        lanes.setdefault(cue.composition or cue.sound_class, []).append(cue)
    return lanes


def figure_of(
    pictures: Sequence[U8], sheet: CueSheet, seen: Collection[str], waveform: F32
) -> Figure:
    """Draw pictures `(H, W, 3)`, cues in lanes, and the waveform `(2, N)`, one below the other.

    Args:
        seen: names of lanes that were seen in the picture; those of the others, which a style pack
            added, have another colour and stand below.
    """
    lanes = dict(sorted(lanes_of(sheet).items(), key=lambda lane: lane[0] not in seen))
    heights = (1.05, 0.23 * len(lanes), 0.72)
    figure = Figure(figsize=(_WIDTH_INCHES, sum(heights) + 0.5), dpi=_DOTS_PER_INCH)
    grid = {
        "height_ratios": heights, "hspace": 0.04,
        "left": 0.155, "right": 0.988, "top": 0.995, "bottom": 0.4 / (sum(heights) + 0.5),
    }  # fmt: skip
    above, middle, below = figure.subplots(3, 1, sharex=True, gridspec_kw=grid)
    seconds = sheet.samples / SAMPLE_RATE
    for axes in (above, middle, below):
        axes.set_xlim(0, seconds)
        axes.spines[:].set_visible(False)
    _draw_strip(above, pictures, seconds)
    _draw_lanes(middle, lanes, seen)
    _draw_waveform(below, waveform)
    for onset_s in (cue.onset_s for cue in sheet.cues if _is_short(cue)):
        for axes in (middle, below):
            axes.axvline(onset_s, color=_GUIDE, linewidth=0.8, zorder=0)
    return figure


def save(figure: Figure, path: Path, weights: str) -> None:
    """Write a small PNG of few colours, with the digest of the weights in it."""
    buffer = BytesIO()
    # A figure remembers the resolution that it began with; this is the one it has now.
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    image = Image.open(buffer).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    info = PngInfo()
    info.add_text("Source", weights)
    image.save(path, optimize=True, pnginfo=info)


def _is_short(cue: Cue) -> bool:
    """Return whether a cue is heard at a moment rather than over a time."""
    return cue.kind == "action" and taxonomy().classes[cue.sound_class].kind == "action"


def _draw_strip(axes: Any, pictures: Sequence[U8], seconds: float) -> None:
    """Pictures side by side, each cut to the middle that fits its part of the axis."""
    box = axes.get_window_extent()
    width_s = seconds / len(pictures)
    for place, picture in enumerate(pictures):
        height, width = picture.shape[:2]
        kept = min(width, round(height * box.width / len(pictures) / box.height))
        left = (width - kept) // 2
        extent = (place * width_s, (place + 1) * width_s, 0.0, 1.0)
        axes.imshow(picture[:, left : left + kept], extent=extent, interpolation="antialiased")
    for place in range(1, len(pictures)):
        axes.axvline(place * width_s, color="white", linewidth=2)
    axes.set_aspect("auto")
    axes.set_xlim(0, seconds)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.tick_params(bottom=False)


def _draw_lanes(axes: Any, lanes: dict[str, list[Cue]], seen: Collection[str]) -> None:
    """Short sounds as diamonds at their onsets, lasting ones as bars."""
    colours = [_SEEN if name in seen else _ADDED for name in lanes]
    for row, (cues, colour) in enumerate(zip(lanes.values(), colours, strict=True)):
        short = [cue.onset_s for cue in cues if _is_short(cue)]
        lasting = [(c.onset_s, c.offset_s - c.onset_s) for c in cues if not _is_short(c)]
        axes.plot(short, [row] * len(short), "D", markersize=5, color=colour)
        axes.broken_barh(lasting, (row - 0.22, 0.44), color=colour, alpha=0.75, linewidth=0)
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(range(len(lanes)), list(lanes), fontsize=8.5)
    for label, colour in zip(axes.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    axes.tick_params(left=False, bottom=False)


def _draw_waveform(axes: Any, waveform: F32) -> None:
    """The lowest and the highest sample of each 5 ms, both channels together."""
    step = SAMPLE_RATE // _WAVEFORM_RATE
    pieces = waveform[:, : waveform.shape[1] // step * step].reshape(len(waveform), -1, step)
    times = (np.arange(pieces.shape[1]) + 0.5) / _WAVEFORM_RATE
    lowest, highest = pieces.min(axis=(0, 2)), pieces.max(axis=(0, 2))
    axes.fill_between(times, lowest, highest, color=_SOUND, linewidth=0)
    axes.set_yticks([0.0], ["track"], fontsize=8.5)
    axes.tick_params(left=False, labelsize=8.5)
    axes.set_xlabel("seconds", fontsize=8.5)


if __name__ == "__main__":
    typer.run(draw_sample)
