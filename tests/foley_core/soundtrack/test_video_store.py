"""The store of one video: no object without its trace, none made twice, one note a step."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import HissGenerator, ToneGenerator

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.models.protocol import ClipSpec, SoundSpec
from foley_core.soundtrack.clips import ClipPlan, keep_clips, text_keys
from foley_core.soundtrack.mix_plan import MixPlan, keep_plan, place_stems, plan_keys
from foley_core.soundtrack.stem_plan import StemPlan
from foley_core.soundtrack.stems import plan_stems
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.traces import traced_keys, traces_of
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.types import F32

SECOND = 48_000


class CountingStorage(Storage):
    """Counts what it is asked to write."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.writes: Counter[str] = Counter()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        self.writes[key.split("/")[0]] += 1
        return super().put_if_absent(key, data)


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return CountingStorage(str(tmp_path))


def traced(storage: Storage, video_id: str) -> set[str]:
    notes = [item.key for item in storage.list(traces_of(video_id))]
    return {key for note in notes for key in traced_keys(storage, note)}


def dies() -> bytes:
    raise KeyboardInterrupt


def plans_of(generator: ToneGenerator, seed: int) -> list[StemPlan]:
    """Three stems: steps, a door, wind."""
    cues = [
        Cue("action", "footstep_walk", "wood", 100, 4900),
        Cue("action", "door_slam", "wood", 9000, 13_800),
        Cue("ambience", "wind", None, 0, SECOND),
    ]
    sheet = CueSheet(SECOND, ()).with_cues(cues)
    return plan_stems(sheet, np.zeros(25, np.uint8), seed, generator)


def test_an_object_whose_making_dies_has_its_trace_and_is_made_by_the_next(
    storage: Storage,
) -> None:
    store = VideoStore(storage, "v")
    store.trace(["features/x"])
    with pytest.raises(KeyboardInterrupt):
        store.keep("features/x", dies)
    assert not storage.exists("features/x")
    assert traced(storage, "v") == {"features/x"}
    later = VideoStore(storage, "v")
    later.trace(["features/x"])
    assert later.keep("features/x", lambda: b"made")
    assert storage.read("features/x") == b"made"


def test_what_is_stored_is_not_made_again(storage: Storage) -> None:
    store = VideoStore(storage, "v")
    store.trace(["features/x"])
    assert store.keep("features/x", lambda: b"made")
    assert not store.keep("features/x", dies)
    store.add("features/x", b"other")
    assert storage.read("features/x") == b"made"


def test_nothing_is_stored_without_its_trace(storage: Storage) -> None:
    other, store = VideoStore(storage, "other"), VideoStore(storage, "v")
    other.trace(["features/x"])
    for write in (
        lambda: store.keep("features/x", lambda: b"made"),
        lambda: store.add("features/x", b"made"),
        lambda: store.replace("features/x", b"made"),
        lambda: store.lacks("features/x"),
    ):
        with pytest.raises(ValueError, match=r"features/x is not traced to 'v'"):
            write()
    assert not storage.exists("features/x")


def test_no_keys_are_no_note(storage: Storage) -> None:
    VideoStore(storage, "v").trace([])
    assert not list(storage.list())


def test_stems_that_die_half_way_are_traced_to_the_last(storage: CountingStorage) -> None:
    class Dying(ToneGenerator):
        def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
            raise KeyboardInterrupt

    plans = plans_of(Dying(), 1)
    keys = {plan.key(Dying.identity) for plan in plans}
    store = VideoStore(storage, "v")
    with pytest.raises(ValueError, match="is not traced"):
        keep_stems([(store, plans)], Dying())
    store.trace(keys)
    with pytest.raises(KeyboardInterrupt):
        keep_stems([(store, plans)], Dying())
    assert traced(storage, "v") == keys
    assert storage.writes == {"traces": 1}


def test_a_batch_of_videos_costs_a_note_a_video_and_a_write_an_object(
    storage: CountingStorage,
) -> None:
    generator, asked = ToneGenerator(), []
    for seed, video_id in enumerate(("a", "b")):
        plans, store = plans_of(generator, seed), VideoStore(storage, video_id)
        mix_plan = MixPlan(CueSheet(SECOND, ()), place_stems(plans, generator))
        store.trace(plan_keys(mix_plan))
        keep_plan(store, mix_plan)
        asked.append((store, plans))
    made = keep_stems(asked, generator)
    assert len(made) == 6
    assert storage.writes == {"traces": 2, "stems-store": 8}
    for store, plans in asked:
        assert traced(storage, store.video_id) > {plan.key(generator.identity) for plan in plans}
    assert keep_stems(asked, generator) == set()
    assert storage.writes == {"traces": 2, "stems-store": 8}


def test_videos_that_share_a_stem_both_trace_it_and_it_is_made_once(
    storage: CountingStorage,
) -> None:
    generator = ToneGenerator()
    plans = plans_of(generator, 1)
    stores = [VideoStore(storage, video_id) for video_id in ("a", "b")]
    stores[0].trace(plan.key(generator.identity) for plan in plans)
    with pytest.raises(ValueError, match="is not traced to 'b'"):
        keep_stems([(store, plans) for store in stores], generator)
    stores[1].trace(plan.key(generator.identity) for plan in plans)
    assert len(keep_stems([(store, plans) for store in stores], generator)) == 3
    assert len(generator.performed) == 3
    assert traced(storage, "a") == traced(storage, "b")


def test_what_is_made_of_prompts_is_traced_and_made_once(storage: CountingStorage) -> None:
    class Reading(HissGenerator):
        encoded: list[str] = []  # noqa: RUF012

        def texts(self, clip: ClipSpec) -> dict[str, str]:
            return {f"features/text-{clip.prompt}": clip.prompt}

        def encode_text(self, prompt: str) -> bytes:
            self.encoded.append(prompt)
            return prompt.encode()

        def generate_clips(self, clips: Sequence[ClipSpec], store: Storage) -> list[F32]:
            assert [store.read(f"features/text-{clip.prompt}") for clip in clips]
            return super().generate_clips(clips, store)

    generator, asked = Reading(), []
    for video_id in ("a", "b"):
        spec = ClipSpec(f"features/{video_id}", 25, "rain", "", 4.5, 1)
        plan, store = ClipPlan(0, SECOND, 0, 0, spec), VideoStore(storage, video_id)
        store.trace([plan.key(generator.identity)])
        asked.append((store, [plan]))
    with pytest.raises(ValueError, match="features/text-rain is not traced"):
        keep_clips(asked, generator)
    for store, plans in asked:
        store.trace(text_keys(plans, generator))
    assert len(keep_clips(asked, generator)) == 2
    assert generator.encoded == ["rain"]
    assert storage.writes == {"traces": 4, "features": 1, "stems-store": 2}
