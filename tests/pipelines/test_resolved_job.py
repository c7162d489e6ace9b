"""What a driver needs is light, and a job's request follows what shapes sound."""

import subprocess
import sys
from pathlib import Path

import hunyuan_files
import networks
import pytest

from foley_core.errors import CheckpointError, ConfigError, StylePackError
from foley_core.models.embedded import weights_folder
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.models.hunyuan.published import VAE_FILE
from pipelines.asked import wishes
from pipelines.config import Job
from pipelines.manifest.reader import ManifestRow
from pipelines.resolved_job import asked_by, resolve_job


def job(**changes: object) -> Job:
    return Job.model_validate({"manifest": "m.csv", "output": "out", **changes})


@pytest.mark.parametrize("library", ["torch", "scipy.signal"])
def test_a_driver_imports_no_model_and_no_signal_processing(library: str) -> None:
    code = f"import sys, pipelines.run; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_known_pack_is_settled_so_that_rows_may_name_it() -> None:
    resolved = resolve_job(job(regions=["japan"]), "run")
    assert {"japan", "neutral", "nordic-coast"} <= set(resolved.packs)
    assert resolved.maker.label("full").startswith("embedded ")


def test_a_faulty_pack_is_a_fault_of_the_rows_that_name_it(tmp_path: Path) -> None:
    for name in ("broken", "good"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "pack.toml").write_text("name = [")
    (tmp_path / "good" / "pack.toml").write_text(
        'schema_version = 1\nname = "good"\nversion = "1"\nfallback = "broken"\n'
    )
    given = {"pack_folders": (str(tmp_path),)}
    asked = asked_by(resolve_job(job(**given)))
    assert "neutral" in asked.packs
    rows = [ManifestRow(1, "a", "/a.mp4", regions=("neutral", "broken", "good"))]
    usable, (faulty,) = wishes(rows, asked)
    assert [region for _, region, _ in usable] == ["neutral"]
    assert faulty.regions == ("broken", "good")
    assert f"broken: {tmp_path}/broken/pack.toml: not valid TOML" in faulty.reason
    with pytest.raises(StylePackError, match="not valid TOML"):
        resolve_job(job(**given, regions=("broken",)))


def test_an_unknown_region_stops_the_job() -> None:
    with pytest.raises(StylePackError, match="japan"):
        resolve_job(job(regions=["japn"]), "run")


def test_a_tier_without_weights_stops_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: tmp_path)
    with pytest.raises(CheckpointError, match="no weights for tier 'light'"):
        resolve_job(job(tier="light"), "run")


def test_weights_of_one_s_own_shape_the_requests_of_their_tier(tmp_path: Path) -> None:
    shipped = asked_by(resolve_job(job(), "run")).weights
    networks.tiny_generator(tmp_path / weights_folder.GENERATOR_FILES["light"])
    own = resolve_job(job(model_path=str(tmp_path)), "run")
    asked = asked_by(own).weights
    assert asked["full"] == shipped["full"]
    assert asked["light"] == own.maker.weights.digest("light") != shipped["light"]
    assert own.maker.label("light") == f"embedded-light {asked['light'][:16]}"


def test_a_folder_without_weights_stops_the_job(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no weights of the embedded model"):
        resolve_job(job(model_path=str(tmp_path)), "run")


def test_public_checkpoints_that_cannot_run_stop_the_job_before_it_starts(tmp_path: Path) -> None:
    folder = hunyuan_files.write_published(tmp_path / "weights")
    public = job(model="hunyuan-tiny", model_path=str(folder), accept_licence=LICENCE)
    resolved = resolve_job(public, "run")
    assert resolved.maker.name("full") == "hunyuan-tiny"
    assert LICENCE in resolved.maker.label("full")
    (folder / VAE_FILE).write_bytes(b"nothing of use")
    with pytest.raises(CheckpointError, match=f"{VAE_FILE} cannot be read as weights"):
        resolve_job(public, "run")


def test_regions_that_the_licence_leaves_out_stop_the_job(tmp_path: Path) -> None:
    folder = hunyuan_files.write_published(tmp_path / "weights")
    given = {"model": "hunyuan-tiny", "model_path": str(folder), "accept_licence": LICENCE}
    with pytest.raises(ConfigError, match="western-europe-city: the licence"):
        resolve_job(job(**given, regions=["japan", "western-europe-city"]), "run")
    assert "western-europe-city" in asked_by(resolve_job(job(**given), "run")).refused


def test_the_original_is_kept_only_if_asked_for() -> None:
    assert resolve_job(job(), "run").deliveries["neutral"].original_db is None
    kept = resolve_job(job(sound={"original": "keep", "original_db": -6}), "run")
    assert kept.deliveries["neutral"].original_db == -6


def test_requests_change_with_what_shapes_sound_only() -> None:
    base = asked_by(resolve_job(job(), "run-1"))
    assert base == asked_by(resolve_job(job(clip_s=30, pools={"mix": 2}), "run-2"))
    assert base != asked_by(resolve_job(job(sound={"filters": "rain: off"}), "run-1"))
