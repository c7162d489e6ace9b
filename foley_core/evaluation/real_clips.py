"""Real clips with the cue sheets that a job would write of them, without a prompt and a region."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.evaluation.real_table import ListedClip
from foley_core.media.decode import pictures
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception import Perception
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.soundtrack import temporary_store
from foley_core.soundtrack.span import Footage, clip_ranges, find_footage
from foley_core.soundtrack.stored_detection import load_detection
from foley_core.soundtrack.stored_features import detect_video, detection_keys
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from foley_core.timebase import MOTION_RATE
from foley_core.training.onset_scores import picked_peaks
from foley_core.types import Progress
from foley_core.vision.motion import step_motions

SHORT_S = 1.2
"""A cue that lasts longer has no onset that could be judged: it begins gradually."""
_CLIP_STEPS = 60 * MOTION_RATE
_REGION = "neutral"
_JUDGED_LISTS = ("complete", "partial", "continuous")


@dataclass(frozen=True, slots=True)
class RealClip:
    """One real clip: what is known of it, and what is found.

    Attributes:
        listed: its row in the table.
        sheet: the directed cue sheet; nothing is generated from it.
        peaks_s: onsets of the peak-picker, seconds; empty where no onset is judged.
        seconds: length.
        features: what perception kept of the pictures, in order.
    """

    listed: ListedClip
    sheet: CueSheet
    peaks_s: tuple[float, ...]
    seconds: float
    features: tuple[ClipFeatures, ...] = ()

    @property
    def actions(self) -> list[Cue]:
        """Cues of what happens, without beds, motifs and music."""
        return [cue for cue in self.sheet.cues if cue.kind == "action"]

    @property
    def beds(self) -> list[Cue]:
        """Cues of the place."""
        return [cue for cue in self.sheet.cues if cue.kind == "ambience"]

    @property
    def found_s(self) -> list[float]:
        """Onsets of all actions that are short, whatever their class, seconds."""
        short = (cue for cue in self.actions if cue.offset_s - cue.onset_s <= SHORT_S)
        return [cue.onset_s for cue in short]

    @property
    def strokes_s(self) -> list[float]:
        """Onsets of the classes that always are short, seconds."""
        classes = {known.name for known in taxonomy().of_kind("action")}
        return [cue.onset_s for cue in self.actions if cue.sound_class in classes]


def read_clips(
    listed: Sequence[ListedClip], perception: Perception, progress: Progress
) -> list[RealClip]:
    """Detect and direct the cue sheet of each clip, as a job does it, and pick peaks of motion.

    Raises:
        DecodeError: a clip cannot be read.
        CheckpointError: weights are missing or damaged.
    """
    return list(_read_each(listed, perception, progress))


def _read_each(
    listed: Sequence[ListedClip], perception: Perception, progress: Progress
) -> Iterator[RealClip]:
    storage = temporary_store()
    for number, one in enumerate(listed):
        progress(number / len(listed), f"watching {one.name}")
        store, request = _request(storage, one.name, one.path)
        footage = find_footage(store, request).footage
        ranges = clip_ranges(footage.span.steps, _CLIP_STEPS)
        sheet = _directed(store, footage, ranges, perception)
        *keys, _ = detection_keys(footage.span, ranges, perception.identity)
        yield RealClip(
            listed=one,
            sheet=sheet,
            peaks_s=_peaks(footage) if one.onset_list in _JUDGED_LISTS else (),
            seconds=float(footage.span.duration_s),
            features=tuple(ClipFeatures.from_bytes(storage.read(key)) for key in keys),
        )


def _request(storage: Storage, name: str, path: Path) -> tuple[VideoStore, VideoRequest]:
    return VideoStore(storage, name), VideoRequest(name, str(path.absolute()))


def _directed(
    store: VideoStore,
    footage: Footage,
    ranges: Sequence[tuple[int, int]],
    perception: Perception,
) -> CueSheet:
    """Return the sheet that a job keeps in its metadata."""
    detection = load_detection(store.storage, detect_video(store, footage, ranges, perception))
    scoring = Scoring(load_pack(_REGION))
    # The generator only lends its name to the plan; its networks are never loaded.
    return score(detection, footage.request, scoring, EmbeddedGenerator()).mix_plan.sheet


def _peaks(footage: Footage) -> tuple[float, ...]:
    with footage.open() as (file, info):
        seen = pictures(file, footage.request.uri, info, 0, footage.span.steps)
        maps = np.stack([one.maps for one in step_motions((p.gray, p.time_s) for p in seen)])
    return tuple(picked_peaks(maps))
