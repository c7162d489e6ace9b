"""The part `real` of an evaluation: figures of real clips, two tables for people, and pictures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isnan, nan

from foley_core.cues.sheet import Cue
from foley_core.evaluation.contact_curves import left_out_figures
from foley_core.evaluation.evaluate_names import JudgedClip, judge, judged_clips
from foley_core.evaluation.evaluate_onsets import TOLERANCES_S, nearest_pairs
from foley_core.evaluation.evaluate_real import evaluate_real
from foley_core.evaluation.name_guesses import constant_guess
from foley_core.evaluation.real_clips import RealClip, read_clips
from foley_core.evaluation.real_table import listed_clips
from foley_core.evaluation.reliability import reliability_bins
from foley_core.evaluation.slowed_clips import evaluate_slowed
from foley_core.models.embedded.perception import Perception
from foley_core.types import Progress
from pipelines.evaluation.parts import Measured, Settings, can_draw
from pipelines.evaluation.promises import Promise, promises
from pipelines.evaluation.report import PageTable, Picture, line, shown

_SHEET_FOLDER = "real_clips"
_SHEETS_NOTE = (
    "Each clip's name leads to its contact sheet: right names are green there, near ones yellow, "
    "wrong ones gray, absurd ones red; blue where the truth is not known."
)


def measured_real(settings: Settings, progress: Progress) -> Measured:
    """Return figures of `evaluate_real` beside those of guesses that see nothing."""
    listed = listed_clips(settings.clips)
    perception = Perception()
    clips = read_clips(listed, perception, lambda share, text: progress(0.6 * share, text))
    figures = evaluate_real(clips, settings.seed)
    figures |= evaluate_slowed(
        listed, perception, lambda share, text: progress(0.6 + 0.2 * share, text)
    )
    figures |= left_out_figures(clips, perception.load().filmed)
    drawn = can_draw()
    tables = [figures_table(figures, clips), clips_table(clips, drawn)]
    pictures = _pictures(clips, settings, progress) if drawn else []
    return Measured(figures, pictures, tables=tables)


def figures_table(figures: Mapping[str, float], clips: Sequence[RealClip]) -> PageTable:
    """Return each figure of real clips: all clips, each table, the guesses, and the lines."""
    tables = tuple(dict.fromkeys(clip.listed.table for clip in clips))
    columns = ("", *(f"_{name}" for name in tables), "_constant", "_peak_picker", "_random")
    heads = ("all clips", *tables, "constant guess", "peak picker", "random", "floor", "aim")
    rows = [
        (
            promise.sentence,
            *(_cell(figures.get(promise.key + column, nan), promise.unit) for column in columns),
            line(promise.direction, promise.floor, promise.unit),
            line(promise.direction, promise.aim, promise.unit),
        )
        for promise in _real_promises()
    ]
    known = [clip for clip in clips if clip.listed.heard]
    said = ""
    if known:
        guess = constant_guess(known)
        said = f" The constant guess is {guess.action}, with the bed {guess.bed}."
    note = f"Names: means over clips. Onsets: clips pooled.{said}"
    return PageTable("Real footage", note, ("what", *heads), rows)


def clips_table(clips: Sequence[RealClip], drawn: bool) -> PageTable:
    """Return one row a clip: what is heard there, what was said, and what became of it."""
    heads = ("clip", "heard", "said", "right, near, wrong", "absurd", "main sound", "place", "bed",
             "bed is", "onsets: listed, found, within 100 ms")  # fmt: skip
    links = tuple(f"{_SHEET_FOLDER}/{clip.listed.name}.png" for clip in clips) if drawn else ()
    note = _SHEETS_NOTE if drawn else "One row a clip."
    return PageTable("Real clips, one by one", note, heads, [_row(clip) for clip in clips], links)


def _row(clip: RealClip) -> tuple[str, ...]:
    verdicts = judge(clip) if clip.listed.heard else None
    return (
        clip.listed.name,
        clip.listed.heard or "–",
        _said(clip.actions) or "nothing",
        _counted(verdicts) if verdicts else "–",
        str(verdicts.absurd) if verdicts else "–",
        {True: "in the sheet", False: "missing", None: "–"}[
            verdicts.main_found if verdicts else None
        ],
        clip.listed.ambience or "–",
        ", ".join(dict.fromkeys(cue.sound_class for cue in clip.beds)) or "none",
        (verdicts.bed if verdicts else None) or "–",
        _onsets(clip),
    )


def _said(cues: Sequence[Cue]) -> str:
    counts = Counter(cue.sound_class for cue in cues)
    return ", ".join(f"{count} × {name}" for name, count in counts.most_common())


def _counted(clip: JudgedClip) -> str:
    counts = Counter(clip.verdicts)
    return f"{counts['right']}, {counts['near']}, {counts['wrong']}"


def _onsets(clip: RealClip) -> str:
    if clip.listed.onset_list not in ("complete", "partial"):
        return "–"
    pairs = nearest_pairs(clip.found_s, clip.listed.onsets_s, TOLERANCES_S[1])
    return f"{len(clip.listed.onsets_s)}, {len(clip.found_s)}, {len(pairs)}"


def _real_promises() -> list[Promise]:
    return [promise for promise in promises() if promise.part == "real"]


def _cell(value: float, unit: str) -> str:
    return "–" if isnan(value) else shown(value, unit)


def _pictures(clips: Sequence[RealClip], settings: Settings, progress: Progress) -> list[Picture]:
    """Draw what the page shows, and a contact sheet of each clip into a folder beside it."""
    from pipelines.evaluation.real_pictures import onsets_picture, reliability_picture
    from pipelines.evaluation.real_sheets import draw_sheet

    folder = settings.out / _SHEET_FOLDER
    folder.mkdir(exist_ok=True)
    for number, clip in enumerate(clips):
        progress(0.8 + 0.2 * number / len(clips), f"drawing {clip.listed.name}")
        draw_sheet(clip, folder)
    bins = reliability_bins(judged_clips(clips))
    drawn = [onsets_picture(clips, settings.out)]
    return [*drawn, reliability_picture(bins, settings.out)] if bins else drawn
