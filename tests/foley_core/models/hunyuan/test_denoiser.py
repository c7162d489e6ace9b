"""The denoiser against the published one, and facts about it."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import parity
import torch

from foley_core.models.hunyuan.batching import BatchConditions
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.network_config import ClipLengths
from foley_core.models.hunyuan.token_layout import token_layout

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@torch.no_grad()
def answer(denoiser: Denoiser, case: dict[str, torch.Tensor]) -> torch.Tensor:
    conditions = BatchConditions(case["cond"], case["clip_feat"], case["sync_feat"])
    lengths = ClipLengths(
        case["x"].shape[2], *(case[name].shape[1] for name in ("clip_feat", "sync_feat", "cond"))
    )
    layout = token_layout([lengths] * len(case["x"]), denoiser.config.head_width, denoiser.device)
    return denoiser(case["x"], case["t"], conditions, layout)


def test_velocities_are_the_published_ones(published_denoiser):
    golden = parity.golden("denoiser_cases")
    for name in (name for name in golden.cases(".out") if name != "eps_probe"):
        case = golden.under(f"{name}.")
        torch.testing.assert_close(answer(published_denoiser, case), case["out"], **CLOSE)


def test_every_epsilon_is_the_published_one(published_denoiser):
    golden = parity.golden("denoiser_cases")
    small, faint = golden.facts["eps_probe_scale"], golden.facts["eps_probe_key_substrings"]
    denoiser = copy.deepcopy(published_denoiser)
    for key, value in denoiser.state_dict().items():
        if any(part in key for part in faint):
            value.mul_(small)
    case = golden.under("eps_probe.")
    torch.testing.assert_close(answer(denoiser, case), case["out"], **CLOSE)


@contextmanager
def outputs_of(denoiser: Denoiser) -> Iterator[dict[str, torch.Tensor]]:
    """What each module answers while it is asked, by the name of its probe."""
    found: dict[str, torch.Tensor] = {}

    def listener(name: str):
        def listen(_module, _given, out):
            names = (f"{name}.audio", f"{name}.visual") if isinstance(out, tuple) else (name,)
            found.update(zip(names, out if isinstance(out, tuple) else (out,), strict=True))

        return listen

    hooks = [m.register_forward_hook(listener(name)) for name, m in denoiser.named_modules()]
    yield found
    for hook in hooks:
        hook.remove()


def test_probes_agree_block_by_block(published_denoiser):
    golden = parity.golden("denoiser_cases")
    for name in golden.cases(".probe.time_in"):
        with outputs_of(published_denoiser) as found:
            answer(published_denoiser, golden.under(f"{name}."))
        for probe, expected in golden.under(f"{name}.probe.").items():
            torch.testing.assert_close(found[probe], expected, **CLOSE)


def case_of(denoiser: Denoiser) -> dict[str, torch.Tensor]:
    config, generator = denoiser.config, torch.Generator().manual_seed(5)
    shapes = {
        "x": (1, config.latent_channels, 20),
        "cond": (1, 5, config.text_width),
        "clip_feat": (1, 4, config.scene_width),
        "sync_feat": (1, 8, config.sync_width),
    }
    case = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    return case | {"t": torch.tensor([420.0])}


def test_the_modulation_of_the_final_layer_has_no_effect(tiny):
    case, changed = case_of(tiny), copy.deepcopy(tiny)
    torch.nn.init.constant_(changed.final_layer.adaLN_modulation[1].weight, 7.0)
    assert torch.equal(answer(changed, case), answer(tiny, case))


def test_every_other_weight_has_an_effect(tiny):
    case = case_of(tiny)
    expected, unused = answer(tiny, case), []
    last = f"triple_blocks.{tiny.config.triple_blocks - 1}.v_cond_"
    changed = copy.deepcopy(tiny)
    for key, value in changed.state_dict().items():
        kept = value.clone()
        value.add_(1.0)
        if torch.equal(answer(changed, case), expected):
            unused.append(key)
        value.copy_(kept)
    dead = ("final_layer.adaLN", f"{last}cross", f"{last}mlp", f"{last}self_proj", "empty_")
    assert [key for key in unused if not key.startswith((*dead, f"{last}attn_q_norm"))] == []


def test_everything_it_is_given_matters(tiny):
    case = case_of(tiny)
    expected = answer(tiny, case)
    for name in case:
        changed = case | {name: case[name] * 0.5}
        assert not torch.allclose(answer(tiny, changed), expected, atol=1e-3), name


def test_bfloat16_is_near_float32(tiny):
    case = case_of(tiny)
    exact = answer(tiny, case)
    coarse = answer(
        copy.deepcopy(tiny).bfloat16(),
        {name: value if name == "t" else value.bfloat16() for name, value in case.items()},
    )
    assert coarse.dtype == torch.bfloat16
    assert (coarse - exact).norm() < 0.03 * exact.norm()
