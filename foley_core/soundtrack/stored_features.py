"""Features and detected cue sheet of a video, kept in the feature store.

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
from foley_core.models.sight.anonymise import Anonymiser
from foley_core.soundtrack.seen_part import is_slow
from foley_core.soundtrack.span import Footage, Span
from foley_core.soundtrack.stored_detection import FEATURES_VERSION, Detection, detection_key
from foley_core.soundtrack.video_store import VideoStore


def feature_key(span: Span, first_step: int, last_step: int, encoder: str) -> str:
    """Return the key of the features of one clip."""
    name = digest(
        {
            "version": FEATURES_VERSION,
            "identity": span.identity,
            "start_s": str(span.start_s),
            "duration_s": str(span.duration_s),
            "steps": [first_step, last_step],
            "encoder": encoder,
            **({"seen": span.seen} if span.seen else {}),
        }
    )
    return f"features/v{FEATURES_VERSION}/{name[:2]}/{name}.safetensors"


def detection_keys(span: Span, clips: Sequence[tuple[int, int]], encoder: str) -> list[str]:
    """Return the keys of the features of all clips and, last, of what is detected from them."""
    keys = [feature_key(span, *steps, encoder) for steps in clips]
    return [*keys, detection_key(keys, encoder, span.samples)]


def keep_features(
    store: VideoStore,
    footage: Footage,
    steps: tuple[int, int],
    perception: Perception,
) -> bool:
    """Compute and store the features of one clip unless they are stored; True where computed.

    Raises:
        DecodeError, RowError, StorageError: as `Footage.open`; the clip cannot be read.
    """
    span = footage.span
    begin, last = (
        max(0, steps[0] - FEATURE_LEAD_STEPS),
        min(span.steps, steps[1] + FEATURE_TAIL_STEPS),
    )

    def computed() -> bytes:
        hide = Anonymiser(span.steps) if perception.anonymises else None
        with footage.open() as (file, info):
            seen = pictures(file, footage.request.uri, info, begin, last, span.start_s, hide)
            return perception.encode(seen, *steps).to_bytes()

    return store.keep(feature_key(span, *steps, perception.identity), computed)


def keep_detection(
    store: VideoStore,
    span: Span,
    clips: Sequence[tuple[int, int]],
    perception: Perception,
) -> str:
    """Detect the cue sheet of a whole picture unless it is stored; the key of the detection.

    Raises:
        StorageError: the features of a clip are not in the store.
    """
    *keys, key = detection_keys(span, clips, perception.identity)

    def detected() -> bytes:
        features = [ClipFeatures.from_bytes(store.storage.read(name)) for name in keys]
        energy = np.concatenate([clip.motion_energy for clip in features])
        return Detection.of_seen(
            perception.detect(features, span.samples, is_slow(span.seen)), energy
        ).to_bytes()

    store.keep(key, detected)
    return key


def detect_video(
    store: VideoStore,
    footage: Footage,
    clips: Sequence[tuple[int, int]],
    perception: Perception,
    progress: Callable[[float], None] = lambda share: None,
) -> str:
    """The key of the detection of one video, on one machine; `progress` gets 0..1."""
    store.trace(detection_keys(footage.span, clips, perception.identity))
    for index, steps in enumerate(clips):
        keep_features(store, footage, steps, perception)
        progress((index + 1) / len(clips))
    return keep_detection(store, footage.span, clips, perception)
