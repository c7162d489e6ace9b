"""Features of anonymised pictures: under names of their own, the same wherever a clip begins."""

from fractions import Fraction
from pathlib import Path

import pytest
import videos

from foley_core.models.embedded.features import ClipFeatures
from foley_core.models.embedded.perception import Perception
from foley_core.soundtrack.perceive import ensure_features, feature_key
from foley_core.soundtrack.video import Span, VideoRequest
from foley_core.storage import Storage


@pytest.fixture(scope="module")
def perceptions() -> dict[bool, Perception]:
    return {on: Perception(anonymises=on) for on in (False, True)}


def test_hidden_and_plain_are_not_confused(perceptions: dict[bool, Perception]) -> None:
    span = Span("sha256:x", Fraction(0), Fraction(4))
    keys = {feature_key(span, 0, 50, one.identity) for one in perceptions.values()}
    assert len(keys) == 2


def test_any_clip_is_hidden_alike(tmp_path: Path, perceptions: dict[bool, Perception]) -> None:
    request = VideoRequest("v", str(videos.render(tmp_path / "v.mp4", seconds=4.0)))
    store, span = Storage(str(tmp_path / "out")), Span("sha256:x", Fraction(0), Fraction(4))
    perception = perceptions[True]

    def features(first: int, last: int) -> ClipFeatures:
        assert ensure_features(store, request, span, (first, last), perception)
        key = feature_key(span, first, last, perception.identity)
        return ClipFeatures.from_bytes(store.read(key))

    whole, part = features(0, 100), features(48, 96)
    assert part.motion_tokens.tobytes() == whole.motion_tokens[48:96].tobytes()
    assert part.statistics.tobytes() == whole.statistics[48:96].tobytes()
