"""From picture to detected cue sheet, through the feature store.

Features are stored per clip and named by all that determines them: the content, the range of steps
and the encoder. What is detected from them is stored once more, small and whole, so that a later
run for another region opens no video and computes no feature.
"""

from collections.abc import Callable, Sequence

import numpy as np

from foley_core.ids import digest
from foley_core.media.decode import pictures
from foley_core.models.embedded.features import FEATURE_LEAD_STEPS, FEATURE_TAIL_STEPS, ClipFeatures
from foley_core.models.embedded.perception import Perception
from foley_core.soundtrack.request import SCHEMES, VideoRequest
from foley_core.soundtrack.span import Span, open_video
from foley_core.soundtrack.stored_detection import FEATURES_VERSION, Detection, detection_key
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage
from foley_core.vision.anonymise import Anonymiser


def feature_key(span: Span, first_step: int, last_step: int, encoder: str) -> str:
    """Where the features of one clip are kept."""
    name = digest(
        {
            "version": FEATURES_VERSION,
            "identity": span.identity,
            "start_s": str(span.start_s),
            "duration_s": str(span.duration_s),
            "steps": [first_step, last_step],
            "encoder": encoder,
        }
    )
    return f"features/v{FEATURES_VERSION}/{name[:2]}/{name}.safetensors"


def ensure_features(
    store: Storage,
    request: VideoRequest,
    span: Span,
    steps: tuple[int, int],
    perception: Perception,
    schemes: Sequence[str] = SCHEMES,
) -> bool:
    """Compute and store the features of one clip unless they are stored; True where computed.

    Raises:
        DecodeError, RowError, StorageError: as `open_video`; the clip cannot be read.
    """
    key = feature_key(span, *steps, perception.identity)
    if store.exists(key):
        return False
    begin, last = (
        max(0, steps[0] - FEATURE_LEAD_STEPS),
        min(span.steps, steps[1] + FEATURE_TAIL_STEPS),
    )
    hide = Anonymiser(span.steps) if perception.anonymises else None
    with open_video(request, schemes) as (file, info):
        seen = pictures(file, request.uri, info, begin, last, span.start_s, hide)
        features = perception.encode(seen, *steps)
    store.put_if_absent(key, features.to_bytes())
    return True


def ensure_detection(
    store: Storage,
    span: Span,
    clips: Sequence[tuple[int, int]],
    perception: Perception,
) -> str:
    """Detect the cue sheet of a whole picture unless it is stored; the key of the detection.

    Raises:
        StorageError: the features of a clip are not in the store.
    """
    keys = [feature_key(span, *steps, perception.identity) for steps in clips]
    key = detection_key(keys, perception.identity, span.samples)
    if not store.exists(key):
        features = [ClipFeatures.from_bytes(store.read(name)) for name in keys]
        energy = np.concatenate([clip.motion_energy for clip in features])
        sheet = perception.detect(features, span.samples)
        store.put_if_absent(key, Detection(sheet, energy).to_bytes())
    return key


def trace_detection(
    store: Storage,
    video_id: str,
    span: Span,
    clips: Sequence[tuple[int, int]],
    perception: Perception,
) -> None:
    """Note the features and the detection of a video, before they are made."""
    keys = [feature_key(span, *steps, perception.identity) for steps in clips]
    seen = detection_key(keys, perception.identity, span.samples)
    leave_trace(store, video_id, [*keys, seen])


def detect_video(
    store: Storage,
    request: VideoRequest,
    span: Span,
    clips: Sequence[tuple[int, int]],
    perception: Perception,
    progress: Callable[[float], None] = lambda share: None,
) -> str:
    """The key of the detection of one video, on one machine; `progress` gets 0..1."""
    trace_detection(store, request.video_id, span, clips, perception)
    for index, steps in enumerate(clips):
        ensure_features(store, request, span, steps, perception)
        progress((index + 1) / len(clips))
    return ensure_detection(store, span, clips, perception)
