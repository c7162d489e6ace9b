"""Schedules, solvers and guidance: the published numbers, and facts."""

import copy
import math

import parity
import pytest
import torch

from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.sampling import (
    clip_noise,
    hoisted_velocity,
    latents,
    noise_of,
    plain_velocity,
    published,
    sample_latent,
    schedule_of,
    second_order_schedule,
    shortened,
)


def test_schedule_and_steps_are_the_published_ones_to_the_bit():
    golden = parity.golden("scheduler")
    for name in golden.cases(".sigmas"):
        case, seen = golden.under(f"{name}."), []
        schedule = published(len(case["timesteps"]))
        assert torch.equal(torch.tensor(schedule.sigmas), case["sigmas"])
        assert torch.equal(schedule.timesteps, case["timesteps"])

        def velocity(x, step, case=case, seen=seen):
            seen.append(x)
            return case["velocity"][step]

        end = sample_latent(velocity, case["x0"], schedule)
        assert torch.equal(torch.stack([*seen[1:], end]), case["trajectory"])


@pytest.mark.parametrize("path", ["plain", "hoisted"])
def test_whole_walks_are_the_published_ones(published_denoiser, path):
    golden = parity.golden("e2e")
    for index, facts in enumerate(golden.facts["cases"]):
        case = golden.under(f"case{index}.")
        features = [
            case[name][0]
            for name in ("siglip2_feat", "syncformer_feat", "text_feat", "uncond_text_feat")
        ]
        clip = ClipConditions(*features, latent_steps=case["noise"].shape[2])
        batch, schedule = batch_of([clip] * facts["batch"]), published(facts["steps"])
        if path == "plain":
            velocity = plain_velocity(published_denoiser, batch, schedule, facts["guidance"])
        else:
            hoisted = HoistedDenoiser(published_denoiser, schedule.timesteps)
            velocity = hoisted_velocity(hoisted, batch, facts["guidance"])
        end = sample_latent(velocity, case["noise"], schedule)
        torch.testing.assert_close(end, case["latent_final"], rtol=1e-5, atol=5e-5)


def test_noise_is_that_of_the_published_draw():
    golden = parity.golden("e2e")
    for index, facts in enumerate(golden.facts["cases"]):
        noise = golden.tensors[f"case{index}.noise"]
        drawn = clip_noise(facts["torch_manual_seed"], *noise.shape[1:], noise.dtype)
        if facts["batch"] == 1:
            assert torch.equal(drawn, noise[0])


def test_noise_of_a_clip_does_not_depend_on_its_batch(tiny, clip):
    long, short = clip(40, 6, 2, 7), clip(32, 5, 1, 3)
    alone = noise_of([7], batch_of([short]), tiny)
    together = noise_of([3, 7], batch_of([long, short]), tiny)
    assert torch.equal(together[1, :, :32], alone[0])
    assert together[1, :, 32:].eq(0).all()
    assert [x.shape[1] for x in latents(together, batch_of([long, short]))] == [40, 32]


def test_a_constant_velocity_is_walked_exactly_by_every_schedule():
    for schedule in (published(3), second_order_schedule(3), second_order_schedule(1)):
        end = sample_latent(lambda x, _: torch.full_like(x, 2.0), torch.ones(2), schedule)
        torch.testing.assert_close(end, torch.full((2,), -1.0))


def test_the_halved_schedule_ends_where_twice_as_many_steps_do():
    def walk(schedule):
        times = schedule.timesteps / 1000

        def velocity(x, step):
            return x * torch.cos(3 * times[step]) + times[step]

        return sample_latent(velocity, torch.tensor([1.0], dtype=torch.float64), schedule).item()

    off = [abs(walk(second_order_schedule(n)) - walk(published(2 * n))) for n in (10, 20, 40)]
    assert off[0] > 3 * off[1] > 9 * off[2]
    assert len(second_order_schedule(25).ahead) == 26


def test_25_steps_end_within_a_hundredth_of_50(tiny, clip):
    """For a network whose velocity is smooth in time, as that of a trained one.

    An untrained one hears every wave of the time as loudly, up to periods of a third of a step, and
    no solver that looks half as often can follow those: so waves faster than two steps are damped.
    """
    smooth = copy.deepcopy(tiny)
    waves = torch.exp(-math.log(10_000.0) * torch.arange(128) / 128).repeat(2)
    smooth.time_in.mlp[0].weight.data *= 1 / (1 + (waves / 0.03) ** 2)
    batch = batch_of([clip(40, 6, 2, 7)])
    noise = noise_of([1], batch, smooth)

    def walk(schedule):
        hoisted = HoistedDenoiser(smooth, schedule.timesteps)
        return sample_latent(hoisted_velocity(hoisted, batch, 4.5), noise, schedule)

    whole = walk(published(50))
    off = (walk(second_order_schedule(25)) - whole).norm() / whole.norm()
    assert off < 0.01
    assert off < 0.4 * (walk(published(25)) - whole).norm() / whole.norm()


def distance(denoiser, given, shortcuts):
    """Distance of a draft from the 50 steps, in shares of the latent's length."""
    batch = batch_of([given])
    noise = noise_of([1], batch, denoiser)

    def walk(schedule):
        hoisted = HoistedDenoiser(denoiser, schedule.timesteps)
        return sample_latent(hoisted_velocity(hoisted, batch, 4.5, schedule), noise, schedule)

    whole = walk(published())
    return float((walk(schedule_of("draft", shortcuts)) - whole).norm() / whole.norm())


CACHE, INTERVAL = "step_cache", "guidance_interval"


@pytest.mark.parametrize(
    ("shortcuts", "least", "most"),
    [
        ((), 0.0, 0.07),
        ((CACHE,), 0.0, 0.11),
        ((INTERVAL,), 0.1, 0.21),
        ((CACHE, INTERVAL), 0.1, 0.23),
    ],
)
def test_drafts_end_as_far_away_as_the_readme_says(tiny, clip, shortcuts, least, most):
    assert least < distance(tiny, clip(40, 6, 2, 7), shortcuts) < most


def test_without_shortcuts_nothing_is_left_out():
    for quality in ("draft", "standard", "fine"):
        schedule = schedule_of(quality)
        assert schedule.unguided is None
        assert not schedule.reused


def test_after_the_guidance_interval_a_step_is_the_conditional_alone(tiny, clip):
    schedule = shortened(published(10), [INTERVAL])
    assert (schedule.unguided, schedule.is_guided(5), schedule.is_guided(6)) == (6, True, False)
    long, short = clip(40, 6, 2, 7), clip(32, 5, 1, 3, seed=1)
    batch = batch_of([long, short])
    hoisted = HoistedDenoiser(tiny, schedule.timesteps)
    x = torch.randn(2, tiny.config.latent_channels, 40)
    short_cut, whole, alone = (
        hoisted_velocity(hoisted, batch, guidance, given)
        for guidance, given in ((4.5, schedule), (4.5, None), (1.0, None))
    )
    torch.testing.assert_close(short_cut(x, 5), whole(x, 5))
    torch.testing.assert_close(short_cut(x, 6), alone(x, 6))


def test_a_cached_step_takes_what_the_single_blocks_did_before(tiny, clip, monkeypatch):
    schedule = shortened(published(8), [CACHE, INTERVAL])
    assert sorted(schedule.reused) == [3, 5]
    batch = batch_of([clip(40, 6, 2, 7)])
    hoisted = HoistedDenoiser(tiny, schedule.timesteps)
    counted = []
    first = tiny.single_blocks[0]
    monkeypatch.setattr(
        first, "forward", lambda *a, f=first.forward: (counted.append(len(a[0])), f(*a))[1]
    )
    end = sample_latent(
        hoisted_velocity(hoisted, batch, 4.5, schedule), noise_of([1], batch, tiny), schedule
    )
    assert end.isfinite().all()
    # Steps 0, 1, 2 and 4 are guided, 6 and 7 are not; 3 and 5 compute none of it.
    assert counted == [2, 2, 2, 2, 1, 1]


def test_fewer_than_one_step_is_refused():
    for schedule in (published, second_order_schedule):
        with pytest.raises(ValueError, match="at least one"):
            schedule(0)


def test_guidance_of_one_is_the_conditional_alone(tiny, clip):
    batch, x = batch_of([clip(40, 6, 2, 7)]), torch.randn(1, tiny.config.latent_channels, 40)
    schedule = published(2)
    barely = plain_velocity(tiny, batch, schedule, 1.0 + 1e-7)(x, 0)
    torch.testing.assert_close(plain_velocity(tiny, batch, schedule, 1.0)(x, 0), barely)
    strongly = plain_velocity(tiny, batch, schedule, 4.5)(x, 0)
    assert (strongly - barely).abs().max() > 0.1
    assert math.isfinite(strongly.sum())
