"""From picture to the visual features of a clip, through the feature store.

Like the features of perception they are named by all that determines them: the content, the range
of steps and the encoder. A later run for another region opens no video and computes none.
"""

from collections.abc import Sequence
from fractions import Fraction

from foley_core.media.full_pictures import full_pictures
from foley_core.models.protocol import Looker
from foley_core.soundtrack.clips import clip_windows, visual_key
from foley_core.soundtrack.request import SCHEMES, VideoRequest
from foley_core.soundtrack.span import Span, open_video
from foley_core.soundtrack.traces import leave_trace
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from foley_core.vision.anonymise import Anonymiser


def ensure_visuals(
    store: Storage,
    request: VideoRequest,
    span: Span,
    clip: tuple[int, int],
    looker: Looker,
    schemes: Sequence[str] = SCHEMES,
) -> bool:
    """Compute and store a clip's visual features unless they are stored; True where computed.

    Args:
        clip: one of the `clip_windows` of the span.

    Raises:
        DecodeError, RowError, StorageError: as `open_video`; the clip cannot be read, or shows too
            few pictures.
    """
    key = visual_key(span, clip, looker.encoder)
    if store.exists(key):
        return False
    first_s, last_s = (min(Fraction(step, MOTION_RATE), span.duration_s) for step in clip)
    hide = Anonymiser(span.steps) if looker.anonymises else None
    with open_video(request, schemes) as (file, info):
        seen = full_pictures(file, request.uri, info, first_s, last_s, span.start_s, hide)
        visuals = looker.look(seen)
    store.put_if_absent(key, visuals.to_bytes())
    return True


def trace_visuals(store: Storage, video_id: str, span: Span, looker: Looker) -> None:
    """Note the visual features of all clips of a video, before one is made.

    Raises:
        DecodeError: the picture is too short to be looked at.
        StorageError: the store failed.
    """
    heard = clip_windows(span.steps)
    leave_trace(store, video_id, [visual_key(span, clip, looker.encoder) for clip in heard])
