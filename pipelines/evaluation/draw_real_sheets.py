"""Cue sheets of real clips as pictures that hold no footage, for README.md.

    python -m pipelines.evaluation.draw_real_sheets clips.csv axe_splits_log pug_barks --out FOLDER

Real clips are other people's. In place of their pictures stand outlines of the things that sight
recognised, with their names. The digest of the weights is written into each file (`Source`).
"""

from pathlib import Path
from typing import Annotated

import typer

from foley_core.errors import ConfigError
from foley_core.evaluation.real_clips import RealClip, read_clips
from foley_core.evaluation.real_table import ListedClip, listed_clips
from foley_core.media.probe import probe
from foley_core.messages import unknown
from foley_core.models.embedded.perception import Perception
from pipelines.evaluation.draw_sample import save, weights_digest
from pipelines.evaluation.real_sheets import sheet_figure, shown_moments_s
from pipelines.evaluation.seen_things import outline_panel, seen_moments

_DOTS_PER_INCH = 160


def draw_real_sheets(
    table: Annotated[Path, typer.Argument(help="CSV of real clips.")],
    names: Annotated[list[str], typer.Argument(help="Clips of the table.")],
    out: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path(),
) -> list[Path]:
    """Draw the cue sheet of each named clip as `real_NAME.png`.

    Raises:
        ConfigError: the table cannot be read, or has no such clip; or `out` cannot be made.
        DecodeError: a clip cannot be read.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out {out}: no folder can be made there ({error.strerror})") from None
    clips = read_clips(_named(table, names), Perception(), lambda share, text: None)
    return [draw_outlined(clip, out / f"real_{clip.listed.name}.png") for clip in clips]


def draw_outlined(clip: RealClip, path: Path) -> Path:
    """Draw one clip's cue sheet below outlines of what was recognised."""
    moments = seen_moments(clip.features, shown_moments_s(clip.seconds))
    aspect = _aspect(clip.listed.path)
    figure = sheet_figure(clip, [outline_panel(moment, aspect) for moment in moments])
    figure.set_dpi(_DOTS_PER_INCH)
    save(figure, path, weights_digest())
    return path


def _named(table: Path, names: list[str]) -> list[ListedClip]:
    known = {clip.name: clip for clip in listed_clips([table])}
    for name in names:
        if name not in known:
            raise ConfigError(unknown("clip", name, known))
    return [known[name] for name in names]


def _aspect(path: Path) -> float:
    """Return the width of the picture over its height."""
    with path.open("rb") as file:
        info = probe(file, path.name)
    return info.width_px / info.height_px


if __name__ == "__main__":
    typer.run(draw_real_sheets)
