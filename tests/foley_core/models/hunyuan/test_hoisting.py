"""What is hoisted or padded changes nothing."""

import copy

import parity
import pytest
import torch

from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.network_config import ClipLengths
from foley_core.models.hunyuan.sampling import hoisted_velocity, plain_velocity, published
from foley_core.models.hunyuan.token_layout import token_layout

CLOSE = {"rtol": 1e-5, "atol": 1e-5}
SCHEDULE = published(4)


def velocities(denoiser, batch, guidance, x):
    hoisted = HoistedDenoiser(denoiser, SCHEDULE.timesteps)
    plain = plain_velocity(denoiser, batch, SCHEDULE, guidance)
    quick = hoisted_velocity(hoisted, batch, guidance)
    return [(plain(x, step), quick(x, step)) for step in range(len(SCHEDULE.ahead))]


@pytest.mark.parametrize("guidance", [1.0, 4.5])
def test_the_hoisted_path_is_the_plain_one(tiny, clip, guidance):
    clips = [clip(40, 6, 2, 7, seed=1), clip(40, 6, 2, 7, seed=2)]
    x = torch.randn(2, tiny.config.latent_channels, 40)
    for plain, quick in velocities(tiny, batch_of(clips), guidance, x):
        torch.testing.assert_close(quick, plain, **CLOSE)


@pytest.mark.parametrize("guidance", [1.0, 4.5])
def test_a_padded_batch_is_its_clips_one_by_one(tiny, clip, guidance):
    clips = [clip(40, 6, 2, 7, seed=1), clip(57, 9, 2, 3, seed=2), clip(32, 5, 1, 11, seed=3)]
    batch = batch_of(clips)
    x = torch.randn(3, tiny.config.latent_channels, 57) * 3
    hoisted = HoistedDenoiser(tiny, SCHEDULE.timesteps)
    for path in (
        plain_velocity(tiny, batch, SCHEDULE, guidance),
        hoisted_velocity(hoisted, batch, guidance),
    ):
        whole = path(x, 1)
        for row, one in enumerate(clips):
            alone = hoisted_velocity(hoisted, batch_of([one]), guidance)
            expected = alone(x[row : row + 1, :, : one.latent_steps], 1)[0]
            torch.testing.assert_close(whole[row, :, : one.latent_steps], expected, **CLOSE)


def test_padding_to_a_given_size_changes_nothing_and_hides_the_neighbours(tiny, clip):
    one, other, third = (clip(40, 6, 2, 7, seed=1), clip(57, 9, 2, 3, seed=2), clip(32, 5, 1, 11))
    size = ClipLengths(latent_steps=64, scene=11, sync=24, text=12)
    hoisted = HoistedDenoiser(tiny, SCHEDULE.timesteps)
    x = torch.randn(2, tiny.config.latent_channels, 64)
    beside = [
        hoisted_velocity(hoisted, batch_of([one, n], size), 4.5)(x, 1) for n in (other, third)
    ]
    assert torch.equal(beside[0][0, :, :40], beside[1][0, :, :40])
    alone = hoisted_velocity(hoisted, batch_of([one]), 4.5)(x[:1, :, :40], 1)
    torch.testing.assert_close(beside[0][:1, :, :40], alone, **CLOSE)


def test_golden_cases_in_one_batch_stay_what_they_are(published_denoiser):
    golden = parity.golden("denoiser_cases")
    names = [name for name in golden.cases(".out") if len(golden.tensors[f"{name}.x"]) == 1]
    cases = [golden.under(f"{name}.") for name in names if name != "eps_probe"]
    clips = [
        ClipConditions(
            c["clip_feat"][0], c["sync_feat"][0], c["cond"][0], c["cond"][0], c["x"].shape[2]
        )
        for c in cases
    ]
    batch = batch_of(clips)
    layout = token_layout(
        batch.lengths, published_denoiser.config.head_width, published_denoiser.device
    )
    longest = max(c.latent_steps for c in clips)
    x = torch.full((len(cases), cases[0]["x"].shape[1], longest), 9.0)
    for row, case in zip(x, cases, strict=True):
        row[:, : case["x"].shape[2]] = case["x"][0]
    for stream, kept in (
        (batch.conditions.text, [c.lengths.text for c in clips]),
        (batch.conditions.scene, [c.lengths.scene for c in clips]),
        (batch.conditions.sync, [c.lengths.sync for c in clips]),
    ):
        for row, count in zip(stream, kept, strict=True):
            row[count:] = -7.0
    with torch.no_grad():
        t = torch.cat([case["t"] for case in cases])
        out = published_denoiser(x, t, batch.conditions, layout)
    for row, case in zip(out, cases, strict=True):
        torch.testing.assert_close(row[:, : case["x"].shape[2]], case["out"][0], **CLOSE)


def test_equal_lengths_need_no_masks(clip):
    lengths = batch_of([clip(40, 6, 2, 7, seed=seed) for seed in (1, 2)]).lengths
    layout = token_layout(lengths, 8, torch.device("cpu"))
    assert layout.joint_mask is layout.audio_mask is layout.text_mask is layout.present is None


def test_nothing_that_is_dead_is_asked(tiny, clip):
    ruined = copy.deepcopy(tiny)
    last = ruined.triple_blocks[-1]
    for module in (last.v_cond_self_proj, last.v_cond_cross_q, last.v_cond_mlp.fc1):
        torch.nn.init.constant_(module.weight, torch.nan)
    batch = batch_of([clip(40, 6, 2, 7)])
    velocity = hoisted_velocity(HoistedDenoiser(ruined, SCHEDULE.timesteps), batch, 4.5)
    assert velocity(torch.randn(1, tiny.config.latent_channels, 40), 0).isfinite().all()


def test_features_that_do_not_fit_are_refused(clip):
    whole = clip(40, 6, 2, 7)
    for change in (
        {"sync": whole.sync[:9]},
        {"text": whole.text[:3]},
        {"latent_steps": 5},
        {"scene": whole.scene[:0]},
    ):
        parts = {name: getattr(whole, name) for name in ClipConditions.__dataclass_fields__}
        with pytest.raises(ValueError, match=r"segments|padded|cannot have"):
            ClipConditions(**parts | change)
