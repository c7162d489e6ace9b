"""Visual features of clips, kept in the feature store.

Like the features of perception they are named by all that determines them: the content, the range
of steps and the encoder. A later run for another region opens no video and computes none.
"""

from fractions import Fraction

from foley_core.media.full_pictures import full_pictures
from foley_core.models.protocol import Looker
from foley_core.models.sight.anonymise import Anonymiser
from foley_core.soundtrack.clips import clip_windows, visual_key
from foley_core.soundtrack.span import Footage, Span
from foley_core.soundtrack.video_store import VideoStore
from foley_core.timebase import MOTION_RATE


def visual_keys(span: Span, encoder: str) -> list[str]:
    """Return the keys of the visual features of all clips of a video.

    Raises:
        DecodeError: the picture is too short to be looked at.
    """
    return [visual_key(span, clip, encoder) for clip in clip_windows(span.steps)]


def keep_visuals(
    store: VideoStore, footage: Footage, clip: tuple[int, int], looker: Looker
) -> bool:
    """Compute and store a clip's visual features unless they are stored; True where computed.

    Args:
        clip: one of the `clip_windows` of the span.

    Raises:
        DecodeError, RowError, StorageError: as `Footage.open`; the clip cannot be read, or shows
            too few pictures.
    """
    span, uri = footage.span, footage.request.uri
    first_s, last_s = (min(Fraction(step, MOTION_RATE), span.duration_s) for step in clip)

    def looked() -> bytes:
        hide = Anonymiser(span.steps) if looker.anonymises else None
        with footage.open() as (file, info):
            seen = full_pictures(file, uri, info, first_s, last_s, span.start_s, hide)
            return looker.look(seen).to_bytes()

    return store.keep(visual_key(span, clip, looker.encoder), looked)
