"""Takes: alternatives of one cue are files beside the track; correct makes the chosen one sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import videos
from networks import tiny_generator

from foley_core.errors import ConfigError
from foley_core.provenance.claims import claims_of
from foley_core.storage.store import Storage
from pipelines.config import Job
from pipelines.corrections.alternatives import perform_takes
from pipelines.corrections.correct import apply_corrections
from pipelines.metadata.commits import read_metadata
from pipelines.metadata.delivered import seen_video
from pipelines.privacy.purge import purge_video
from pipelines.run import run_catalogue


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """The output of a job on one video, to which a person added two hits."""
    folder = tmp_path_factory.mktemp("takes")
    (folder / "tiny").mkdir()
    tiny_generator(folder / "tiny" / "generator.safetensors")
    video = videos.render(folder / "v.mp4", seconds=2)
    (folder / "m.csv").write_text(f"video_id,uri\nv,{video}\n")
    job = Job(
        manifest=str(folder / "m.csv"),
        output=str(folder / "out"),
        model_path=str(folder / "tiny"),
        quality="draft",
    )
    assert run_catalogue(job, here="cpu").ok == 1
    video.unlink()
    text = "video_id,op,by,sound_class,time\nv,add,ana,door_slam,0.5\nv,add,ana,door_slam,1.5\n"
    (folder / "c.csv").write_text(text)
    assert apply_corrections(str(folder / "c.csv"), job.output).exit_code == 0
    return Storage(job.output)


def added(store: Storage) -> str:
    """Id of the first hit."""
    cues = seen_video(store, "v").sheet_after(store).cues
    return next(cue.cue_id for cue in cues if cue.sound_class == "door_slam")


def kept(store: Storage) -> dict[str, bytes]:
    """All that an output holds, but what its commands note of themselves."""
    passing = ("_lease/", "traces/")
    return {i.key: store.read(i.key) for i in store.list() if not i.key.startswith(passing)}


def test_takes_differ_and_touch_nothing_else(store: Storage) -> None:
    before, cue = kept(store), added(store)
    made = perform_takes(store.root, "v", cue, 3)
    assert [one.take for one in made] == [1, 2, 3]
    files = {one.key: store.read(one.key) for one in made}
    assert set(files) == {f"takes/region=neutral/v/{cue}-{take}.wav" for take in (1, 2, 3)}
    assert len(set(files.values())) == 3
    after = kept(store)
    assert {key: after[key] for key in before} == before
    assert after.keys() - before.keys() == files.keys()
    again = perform_takes(store.root, "v", cue, 3)
    assert {one.key: store.read(one.key) for one in again} == files
    sound, rate = soundfile.read(Path(store.root) / made[0].key, always_2d=True)
    # The next slam of the same door, a second later, ends it.
    assert (rate, sound.shape) == (48_000, (50_880, 1))
    assert np.abs(sound).max() > 0.01
    assert claims_of(Path(store.root) / made[0].key).source_type.endswith(
        "/trainedAlgorithmicMedia"
    )


def test_the_chosen_take_is_what_was_heard(store: Storage, tmp_path: Path) -> None:
    cue = added(store)
    (_, chosen) = perform_takes(store.root, "v", cue, 2)
    heard, _ = soundfile.read(Path(store.root) / chosen.key)
    path = tmp_path / "c.csv"
    path.write_text(f"video_id,op,by,cue,take\nv,take,ana,{cue},{chosen.take}\n")
    done = apply_corrections(str(path), store.root)
    assert (done.exit_code, done.summary.tally["stems_generated"]) == (0, 1)
    sheet = seen_video(store, "v").sheet_after(store)
    assert {c.cue_id: c.take for c in sheet.cues}[cue] == 2
    stems = [i.key for i in store.list("stems-store/") if i.key.endswith(".flac")]
    beginnings = [soundfile.read(Path(store.root) / key)[0][: len(heard) // 4] for key in stems]
    # Stems are kept 12 dB lower, at 24 bits.
    likeness = [np.abs(4 * b - heard[: len(b)]).max() for b in beginnings if b.ndim == 1 and len(b)]
    assert min(likeness) < 1e-6
    # Takes are counted from the one that sounds.
    assert [one.take for one in perform_takes(store.root, "v", cue, 1)] == [3]


def test_what_cannot_be_performed_is_said(store: Storage) -> None:
    cue = added(store)
    for arguments, said in (
        (("w", cue, 1), "no track of 'w'"),
        (("v", "nowhere", 1), "cue"),
        (("v", cue, 0), "1 to 64"),
        (("v", cue, 65), "1 to 64"),
        (("v", cue, 1, "japan"), "region"),
    ):
        with pytest.raises(ConfigError, match=said):
            perform_takes(store.root, *arguments)  # type: ignore[arg-type]


def test_a_row_says_what_quality_control_found(store: Storage) -> None:
    (row,) = read_metadata(store).to_pylist()
    assert row["qc"] in ("pass", "warn", "fail")
    assert (row["qc"] == "pass") == (row["qc_reasons"] == [])
    assert row["qc_retakes"] >= 0


def test_a_purge_takes_takes_too(store: Storage) -> None:
    perform_takes(store.root, "v", added(store), 1)
    purge_video(store, "v")
    assert not any(store.list("takes/"))
