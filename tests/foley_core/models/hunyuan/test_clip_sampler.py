"""A step is one graph, whatever compiles it."""

import copy

import pytest
import torch

from foley_core.models.hunyuan.batching import batch_of
from foley_core.models.hunyuan.clip_sampler import compiled
from foley_core.models.hunyuan.hoisting import HoistedDenoiser


def test_a_step_has_no_break_in_its_graph(tiny, clip):
    prepared_for = HoistedDenoiser(tiny, torch.tensor([900.0]))
    batch = batch_of([clip(40, 6, 2, 7, seed=1), clip(32, 5, 1, 9, seed=2)])
    prepared = prepared_for.prepare(batch, guided=True)
    x = torch.randn(4, tiny.config.latent_channels, 40)

    def step(x):
        return prepared_for.velocity(x, 0, prepared)

    graph = torch.compile(step, backend="eager", fullgraph=True)
    torch.testing.assert_close(graph(x), step(x), rtol=1e-5, atol=1e-5)


@pytest.mark.filterwarnings("ignore:.*script_method:DeprecationWarning")
def test_compiled_kernels_go_to_the_folder_named(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", "elsewhere")
    denoiser = compiled(copy.deepcopy(tiny), tmp_path / "kernels")
    assert (tmp_path / "kernels").is_dir()
    assert denoiser.state_dict().keys() == tiny.state_dict().keys()
