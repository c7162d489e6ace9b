"""Weights are known by what they hold, not by where; what is missing comes from the package."""

import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest
from networks import own_perception, tiny_generator

from foley_core.errors import CheckpointError, ConfigError
from foley_core.models.checkpoints import load_weights
from foley_core.models.embedded import weights_folder
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.filmed_onsets import SLOW_CONTACTS_FILE
from foley_core.models.embedded.motion_places import PLACES_FILE
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.slow_onsets import SLOW_FILE
from foley_core.models.embedded.weights_folder import (
    CONTACTS_FILE,
    GENERATOR_FILES,
    PERCEPTION_FILE,
    WEIGHTS_FILES,
    EmbeddedWeights,
    find_weights,
    shipped_folder,
)
from foley_core.models.sight.sight_weights import sight_digest
from foley_core.storage.store import Storage


def test_the_package_s_weights_are_called_what_they_always_were() -> None:
    """Another name would make every feature, stem and track of every catalogue again."""
    shipped, sha256 = (
        find_weights(),
        "f0684eac400ea2ac3ce076a804bc92bad0898b68a307d5c3f116bd6777046188",
    )
    encoder, sight = f"embedded-perception/6/{sha256}", f"sight-{sight_digest()[:16]}"
    contacts = f"contacts-{shipped.sha256(CONTACTS_FILE)[:16]}"
    assert shipped.perception_identity() == f"{encoder}/{contacts}/{sight}"
    assert shipped.perception_identity(True).startswith(
        f"{encoder}/{contacts}/{sight}/anonymised-3-"
    )
    assert shipped.perception_identity(tier="light") == f"{encoder}/{contacts}/{sight}-light"
    assert shipped.encoder_identity() == encoder
    generators = [shipped.generator_identity(tier, "standard") for tier in shipped.tiers]
    assert generators == [
        "embedded-5-f44419e8932e6cc0-standard",
        "embedded-light-5-f8acc0e34cbae2dd-standard",
    ]
    assert [shipped.digest(tier) for tier in shipped.tiers] == [
        "aaadcb75dca944e4e96b3574151318ad7cbe6406b12f810b3d6b90eed40fa968",
        "e74e05c1a590cb90164a02f1057e8e726c148f6fe477ba388287219b858f5ca8",
    ]
    assert shipped.label("light") == "embedded-light e74e05c1a590cb90"


def test_the_same_files_elsewhere_have_the_same_names(tmp_path: Path) -> None:
    copied = find_weights(shutil.copytree(shipped_folder(), tmp_path / "copied"))
    assert copied.own == find_weights().shipped
    assert copied.digest("full") == find_weights(f"file://{tmp_path}/copied").digest("full")
    assert copied.digest("full") == find_weights().digest("full")


def test_thresholds_of_one_s_own_are_other_weights(tmp_path: Path) -> None:
    record = Path(shutil.copytree(shipped_folder(), tmp_path / "tuned")) / "perception.toml"
    text, shipped = record.read_text(encoding="utf-8"), find_weights()
    record.write_text(text.replace("onset = 0.42", "onset = 0.3"), encoding="utf-8")
    tuned = find_weights(tmp_path / "tuned")
    assert tuned.thresholds() == (0.3, 0.66)
    assert shipped.thresholds() == (0.42, 0.66)
    assert tuned.perception_identity() != shipped.perception_identity()
    assert tuned.digest("full") != shipped.digest("full")
    assert tuned.encoder_identity() == shipped.encoder_identity()
    record.write_text(text.replace("[thresholds]", "[others]"), encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"perception\.toml states no \[thresholds\]"):
        find_weights(tmp_path / "tuned")


def test_a_missing_file_comes_from_the_package(tmp_path: Path) -> None:
    own, shipped = find_weights(own_perception(tmp_path)), find_weights()
    assert list(own.own) == [PERCEPTION_FILE]
    assert own.perception_identity() != shipped.perception_identity()
    for tier in shipped.tiers:
        assert own.generator_identity(tier, "fine") == shipped.generator_identity(tier, "fine")
        assert own.digest(tier) != shipped.digest(tier)
    assert own.local(PERCEPTION_FILE) == tmp_path / PERCEPTION_FILE
    assert own.local(GENERATOR_FILES["full"]).parent == shipped_folder()


def test_a_generator_without_a_record_is_known_by_what_it_holds(tmp_path: Path) -> None:
    path = tiny_generator(tmp_path / GENERATOR_FILES["light"])
    recorded = find_weights(tmp_path)
    assert recorded.record(path.name) == {"sha256": recorded.sha256(path.name)}
    path.with_suffix(".toml").unlink()
    assert find_weights(tmp_path) == recorded
    assert recorded.digest("full") == find_weights().digest("full")


def test_perception_without_its_record_is_refused_since_thresholds_stand_there(
    tmp_path: Path,
) -> None:
    record = own_perception(tmp_path) / "perception.toml"
    record.write_text("a = ", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"perception\.toml cannot be read"):
        find_weights(tmp_path)
    record.write_text("a = 1", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"perception\.toml states no sha256"):
        find_weights(tmp_path)
    record.unlink()
    with pytest.raises(CheckpointError, match=r"perception\.toml cannot be read"):
        find_weights(tmp_path)


def test_weights_and_record_that_do_not_agree_are_refused(tmp_path: Path) -> None:
    path = own_perception(tmp_path) / PERCEPTION_FILE
    path.write_bytes((shipped_folder() / PERCEPTION_FILE).read_bytes())
    with pytest.raises(CheckpointError, match=r"perception\.safetensors have sha256 f0684eac"):
        find_weights(tmp_path)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"", "not a safetensors file"),
        (lambda data: data[:40], "not a safetensors file"),
        (lambda data: data[:8] + b"x" + data[9:], "its header is damaged"),
        (lambda data: data[:-1], r"it has \d+ bytes where \d+ were written"),
    ],
)
def test_damaged_weights_are_refused_before_anything_is_looked_at(
    tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    path = tiny_generator(tmp_path / GENERATOR_FILES["full"])
    path.with_suffix(".toml").unlink()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CheckpointError, match=f"{path.name} are damaged: {said}; copy"):
        find_weights(tmp_path)


def test_a_wrong_place_is_told_with_what_it_may_hold(tmp_path: Path) -> None:
    may_hold = "it may hold perception.safetensors with perception.toml, contacts.safetensors"
    with pytest.raises(CheckpointError, match=f"no folder {tmp_path}/none; {may_hold}"):
        find_weights(tmp_path / "none")
    (tmp_path / "a.safetensors").touch()
    with pytest.raises(CheckpointError, match=f"no folder {tmp_path}/a.safetensors; {may_hold}"):
        find_weights(tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match=f"{tmp_path} holds no weights of .*; {may_hold}"):
        find_weights(tmp_path)
    with pytest.raises(ConfigError, match="model_path: 'hf://a/b' is no place"):
        find_weights("hf://a/b")


def test_a_bucket_s_files_are_fetched_once_by_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLEY_CACHE", str(tmp_path / "cache"))
    local, bucket = find_weights(own_perception(tmp_path / "own")), Storage("memory://weights-own")
    for name in (PERCEPTION_FILE, "perception.toml"):
        bucket.put_file(name, tmp_path / "own" / name)
    remote = pickle.loads(pickle.dumps(find_weights(bucket.root)))
    assert remote.digest("full") == local.digest("full")
    copy = remote.local(PERCEPTION_FILE)
    assert load_weights(copy, local.sha256(PERCEPTION_FILE))
    assert copy.is_relative_to(tmp_path / "cache")
    Perception(remote).load()
    bucket.delete(PERCEPTION_FILE)
    assert remote.local(PERCEPTION_FILE) == copy


def test_a_folder_that_a_machine_lacks_is_told_with_what_to_do(tmp_path: Path) -> None:
    own = find_weights(own_perception(tmp_path / "own"))
    shutil.rmtree(tmp_path / "own")
    with pytest.raises(CheckpointError, match="every machine of a job needs the folder"):
        own.local(PERCEPTION_FILE)


def test_a_package_without_weights_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_folder, "shipped_folder", lambda: tmp_path)
    none = find_weights()
    assert none == EmbeddedWeights(None, {}, {})
    with pytest.raises(CheckpointError, match="no weights perception"):
        none.perception_identity()
    with pytest.raises(CheckpointError, match="no weights for tier 'full'"):
        none.label("full")


def test_a_worker_without_work_loads_no_torch() -> None:
    code = (
        "import sys;"
        "from foley_core.models.embedded.cue_generator import *;"
        "from foley_core.models.embedded.perception import *;"
        "Perception(); EmbeddedGenerator(quality='draft');"
        "import pipelines.stages.generate, pipelines.stages.perceive, pipelines.stages.mix;"
        "sys.exit('torch' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0


def test_models_travel_by_name_and_not_by_what_is_loaded() -> None:
    generator, perception = EmbeddedGenerator(quality="draft", tier="light"), Perception()
    generator.load()
    perception.load()
    for one in (generator, perception):
        sent = pickle.dumps(one)
        assert len(sent) < 2_000
        assert pickle.loads(sent).identity == one.identity


def test_every_shipped_file_has_a_record() -> None:
    assert {path.stem for path in shipped_folder().glob("*.toml")} == {
        Path(name).stem for name in (*WEIGHTS_FILES, PLACES_FILE, SLOW_FILE, SLOW_CONTACTS_FILE)
    }
