"""Features of anonymised pictures: under names of their own, the same wherever a clip begins."""

from fractions import Fraction
from pathlib import Path

import pytest
import videos

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception import Perception
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, Span
from foley_core.soundtrack.stored_features import feature_key, keep_features
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage


@pytest.fixture(scope="module")
def perceptions() -> dict[bool, Perception]:
    return {on: Perception(anonymises=on) for on in (False, True)}


def test_hidden_and_plain_are_not_confused(perceptions: dict[bool, Perception]) -> None:
    span = Span("sha256:x", Fraction(0), Fraction(4))
    keys = {feature_key(span, 0, 50, one.identity) for one in perceptions.values()}
    assert len(keys) == 2


def features(
    folder: Path, video: Path, perception: Perception, first: int, last: int
) -> ClipFeatures:
    span = Span("sha256:x", Fraction(0), Fraction(64, 25))
    store, key = Storage(str(folder / "out")), feature_key(span, first, last, perception.identity)
    own, footage = VideoStore(store, "v"), Footage(VideoRequest("v", str(video)), span)
    own.trace([key])
    assert keep_features(own, footage, (first, last), perception)
    return ClipFeatures.from_bytes(store.read(key))


@pytest.mark.parametrize("even", [True, False])
def test_any_clip_is_hidden_alike(
    tmp_path: Path, perceptions: dict[bool, Perception], even: bool
) -> None:
    times = [Fraction(k, 25 if even or k < 30 else 10) for k in range(64)]
    gap = 0 if even else Fraction(1, 2)
    times = [time_s + gap * (k // 15) for k, time_s in enumerate(times)]
    video = videos.render(
        tmp_path / "v.mp4", times_s=[t for t in times if 25 * t < 64], options={"bf": "0"}
    )
    whole = features(tmp_path, video, perceptions[True], 0, 64)
    part = features(tmp_path, video, perceptions[True], 32, 56)
    assert part.motion_tokens.tobytes() == whole.motion_tokens[32:56].tobytes()
    assert part.statistics.tobytes() == whole.statistics[32:56].tobytes()
