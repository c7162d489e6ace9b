"""A tiny run ends with weights that load; a stopped run goes on as if it had not stopped."""

import json
from pathlib import Path

import pytest
import torch

from foley_core.errors import CheckpointError
from foley_core.models.checkpoints import load_weights, save_weights
from foley_core.models.embedded.perception import Perception
from foley_core.models.embedded.perception_net import PerceptionNet
from foley_core.models.embedded.weights_folder import find_weights
from foley_core.training.perception_losses import class_weights_of
from foley_core.training.perception_trainer import PerceptionTrainer
from foley_core.training.shards import WorldSet, rendered_worlds
from foley_core.training.train_perception import retrain_plain, train_perception


def quiet(share: float, sentence: str) -> None:
    assert 0.0 <= share <= 1.0
    assert sentence


def train(folder: Path, processes: int = 1) -> dict[str, float]:
    return train_perception(
        folder, None, clips=16, steps=2, seed=3, progress=quiet, calibration_worlds=2,
        processes=processes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("run")
    figures = train(folder)
    (folder / "figures.json").write_text(json.dumps(figures))
    return folder


def test_a_run_ends_with_weights_that_load(out: Path) -> None:
    perception = Perception(find_weights(out))
    assert perception.identity.startswith("embedded-perception/")
    assert perception.load().thresholds.onset > 0.0


def test_a_finished_run_is_not_trained_again(out: Path) -> None:
    before = (out / "perception.safetensors").read_bytes()
    train(out)
    assert (out / "perception.safetensors").read_bytes() == before


def test_a_training_of_two_processes_learns_from_other_batches(out: Path, tmp_path: Path) -> None:
    (tmp_path / "worlds").symlink_to(out / "worlds")
    loss = train(tmp_path, processes=2)["loss"]
    assert json.loads((out / "figures.json").read_text())["loss"] == pytest.approx(loss, rel=0.5)
    weights = [(one / "perception.safetensors").read_bytes() for one in (out, tmp_path)]
    assert weights[0] != weights[1]
    for one, processes in ((out, 1), (tmp_path, 2)):
        assert f"processes = {processes}" in (one / "perception.toml").read_text()
        assert not (one / "meeting").exists()


def test_a_stopped_run_ends_like_one_that_was_not(out: Path, tmp_path: Path) -> None:
    worlds = rendered_worlds(out / "worlds", WorldSet(range(16)), quiet)
    weights = class_weights_of(worlds)

    def trainer(name: str) -> PerceptionTrainer:
        torch.manual_seed(5)
        return PerceptionTrainer(tmp_path / name, None, 3, 5, "cpu")

    whole, stopped = trainer("whole"), trainer("stopped")
    for _ in range(3):
        whole.advance(worlds, weights)
    stopped.advance(worlds, weights)
    stopped.save()
    going_on = trainer("stopped")
    assert going_on.step == 1
    for _ in range(2):
        going_on.advance(worlds, weights)
    for one, other in zip(whole.average, going_on.average, strict=True):
        assert torch.equal(one, other)


def test_a_run_may_begin_from_earlier_weights(out: Path, tmp_path: Path) -> None:
    weights = out / "perception.safetensors"
    trainer = PerceptionTrainer(tmp_path / "checkpoint", None, 3, 5, "cpu", weights)
    kept = load_weights(weights, None)
    assert torch.equal(
        trainer.net.state_dict()["head.fuse.weight"].half(), kept["head.fuse.weight"]
    )
    assert not torch.equal(trainer.net.head.fuse.weight, PerceptionNet().head.fuse.weight)


def test_the_plain_reader_alone_is_trained_again(out: Path, tmp_path: Path) -> None:
    (tmp_path / "worlds").symlink_to(out / "worlds")
    former = out / "perception.safetensors"
    retrain_plain(tmp_path, former, clips=16, seed=4, progress=quiet, calibration_worlds=2, steps=1)
    before, after = load_weights(former, None), load_weights(tmp_path / former.name, None)
    assert before.keys() == after.keys()
    changed = {n for n, value in after.items() if not torch.equal(value, before[n])}
    assert changed
    assert all(name.startswith("plain.") for name in changed)
    assert Perception(find_weights(tmp_path)).load().thresholds.onset > 0.0


def test_what_earlier_weights_do_not_have_begins_anew(out: Path, tmp_path: Path) -> None:
    former = load_weights(out / "perception.safetensors", None)
    fewer = {name: value for name, value in former.items() if "recent" not in name}
    save_weights(tmp_path / "fewer.safetensors", fewer)
    trainer = PerceptionTrainer(
        tmp_path / "checkpoint", None, 3, 5, "cpu", tmp_path / "fewer.safetensors"
    )
    assert not any(p.any() for p in (trainer.net.motion.recent[0].out.weight,))


def test_other_weights_are_refused_by_name(tmp_path: Path) -> None:
    save_weights(tmp_path / "other.safetensors", {"weight": torch.zeros(2)})
    with pytest.raises(CheckpointError, match=r"other\.safetensors are not weights"):
        train_perception(
            tmp_path / "run", None, clips=16, steps=1, seed=3, progress=quiet,
            begin=tmp_path / "other.safetensors",
        )  # fmt: skip
    assert not (tmp_path / "run").exists()


def test_rare_classes_weigh_more(out: Path) -> None:
    worlds = rendered_worlds(out / "worlds", WorldSet(range(16)), quiet)
    actions = worlds.take(range(16)).action
    weights = class_weights_of(worlds)
    counts = torch.bincount(torch.from_numpy(actions[actions >= 0]), minlength=len(weights))
    assert weights[counts.argmax()] == weights.min()
    assert weights[counts == 0].min() == weights.max()
