"""The generate stage without Ray: two tiers in a batch, stems once, no batch kills for ever."""

from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from fakes import HissGenerator
from networks import tiny_generator

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.errors import GenerationError, StorageError
from foley_core.models.embedded import weights_folder
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.mix_plan import load_plan
from foley_core.soundtrack.planning import Scoring
from foley_core.soundtrack.stem_plan import STEMS_FOLDER
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.types import F32, Tier
from pipelines.stages.generate import Generate
from pipelines.stages.row import Row, rows_of, table_of
from pipelines.stages.stage import survived

SAMPLES = 96_000
BOTH: tuple[Tier, ...] = ("full", "light")


@pytest.fixture(autouse=True)
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose generators are tiny: one a tier."""
    folder = tmp_path / "weights"
    for seed, tier in enumerate(BOTH):
        tiny_generator(folder / weights_folder.GENERATOR_FILES[tier], seed)
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: folder)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    made = Storage(str(tmp_path / "out"))
    sheet = CueSheet(SAMPLES, (Cue("action", "strike", "wood", 4800, 9600),))
    made.put("detection.json", Detection(sheet, np.zeros(50, np.uint8)).to_bytes())
    return made


def stage(store: Storage, *tiers: Tier, run_id: str = "run") -> Generate:
    scoring = {"neutral": Scoring(load_pack("neutral"), Wishes(environment=False))}
    generators = {tier: EmbeddedGenerator(quality="draft", tier=tier) for tier in tiers}
    return Generate(run_id, store.root, generators, scoring)


def row(video_id: str, tier: Tier, **values: object) -> Row:
    given = {"region": "neutral", "request": "r", "detection": "detection.json"}
    wishes = Wishes(tier=tier, seed=values.pop("seed", 1), prompt=values.pop("prompt", ""))  # type: ignore[arg-type]
    return Row(1, video_id, "v.mp4", wishes, duration_s="2", **{**given, **values})  # type: ignore[arg-type]


def stems_of(store: Storage, after: Row) -> list[str]:
    return [str(placement.stem) for placement in load_plan(store, after.plan).placements]


def test_each_row_is_performed_by_its_tier_whatever_stands_beside(store: Storage) -> None:
    alone = rows_of(stage(store, "light")(table_of([row("b", "light")])))
    both = stage(store, *BOTH)
    after = rows_of(both(table_of([row("a", "full"), row("b", "light")])))
    assert [item.error for item in after] == ["", ""]
    full, light = (stems_of(store, item) for item in after)
    assert light == stems_of(store, alone[0])
    assert len(full) == len(light) == 1
    assert full != light
    assert store.read(full[0]) != store.read(light[0])


def test_the_prompt_of_a_row_names_what_is_not_sure(store: Storage) -> None:
    after = rows_of(stage(store, "full")(table_of([row("a", "full", prompt="pistol")])))
    plan = load_plan(store, after[0].plan)
    assert [cue.sound_class for cue in plan.sheet.cues] == ["gunshot"]
    assert plan.notes == ("prompt: 1 unsure cue is named gunshot",)


def test_only_the_weights_that_are_asked_for_are_loaded(store: Storage, weights: Path) -> None:
    (weights / weights_folder.GENERATOR_FILES["full"]).unlink()
    (after,) = rows_of(stage(store, "light")(table_of([row("a", "light")])))
    assert after.plan


def test_a_batch_is_performed_ahead_counted_once_and_timed(store: Storage) -> None:
    rows = rows_of(stage(store, "full")(table_of([row("a", "full"), row("b", "full", seed=2)])))
    assert [item.tally["stems_generated"] for item in rows] == [1, 1]
    spent = [item.tally["seconds.generate"] for item in rows]
    assert min(spent) > 0.2 * max(spent)


def test_a_batch_that_killed_its_worker_is_worked_off_row_by_row(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row("a", "full"), row("b", "full", seed=2)]
    dead = survived("run", "generate ahead", rows, attempts=1)
    dead.__enter__()  # and dies inside
    sizes: list[int] = []

    def generate(self: EmbeddedGenerator, asked: Sequence[SoundSpec]) -> list[F32]:
        sizes.append(len(asked))
        return [np.full((p.channels, p.samples), 0.1, np.float32) for p in asked]

    monkeypatch.setattr(EmbeddedGenerator, "generate", generate)
    assert all(item.plan for item in rows_of(stage(store, "full")(table_of(rows))))
    assert sizes == [1, 1]


def test_a_row_whose_sound_fails_is_set_aside_alone(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = EmbeddedGenerator.generate
    rows = [row("good", "full"), row("bad", "full", seed=2), row("gone", "full", error="x")]

    def generate(self: EmbeddedGenerator, asked: Sequence[SoundSpec]) -> list[F32]:
        if any(p.seed not in good for p in asked):
            raise GenerationError("silent")
        return real(self, asked)

    made = stage(store, "full")
    good = {part.spec.seed for plan in made._score(rows[0]).stems for part in plan.tiles}
    monkeypatch.setattr(EmbeddedGenerator, "generate", generate)
    after = {item.video_id: item for item in rows_of(made(table_of(rows)))}
    assert after["good"].plan
    assert after["bad"].error_class == "GenerationError"
    assert after["gone"].error == "x"


def test_generators_are_loaded_ahead_where_no_stem_is_stored_yet(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    monkeypatch.setattr(EmbeddedGenerator, "load", lambda self: loaded.append(self))
    monkeypatch.setattr(Thread, "start", Thread.run)
    stage(store, *BOTH)
    assert len(loaded) == 2
    store.put(f"{STEMS_FOLDER}00/0.flac", b"")
    stage(store, *BOTH)
    assert len(loaded) == 2, "a later job often finds its stems, and then needs no network"


def test_a_store_that_cannot_be_listed_is_reported_by_the_rows_not_by_the_start(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Storage, prefix: str = "") -> None:
        raise StorageError(f"{prefix} cannot be listed")

    monkeypatch.setattr(Storage, "list", fails)
    monkeypatch.setattr(Thread, "start", Thread.run)
    (after,) = stage(store, "light")(table_of([row("a", "light", error="x")])).to_pylist()
    assert after["error"] == "x"


def test_remarks_of_a_generator_of_clips_stand_in_the_notes_of_a_row(store: Storage) -> None:
    hiss = HissGenerator()
    hiss.remarks = ("computed without compiled kernels",)
    scoring = {"neutral": Scoring(load_pack("neutral"), Wishes(environment=False))}
    generating = Generate("run", store.root, {"full": EmbeddedGenerator()}, scoring, hiss)
    (after,) = rows_of(generating(table_of([row("a", "full")])))
    assert not after.error
    assert load_plan(store, after.plan).notes[-1:] == hiss.remarks
