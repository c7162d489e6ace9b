"""A motion token knows its step and the third of a second before, and where things are."""

import torch

from foley_core.models.embedded.features import RECENT_STEPS
from foley_core.models.embedded.motion_encoder import WIDTH, MotionEncoder

STEPS = 24


def encoder() -> MotionEncoder:
    """One whose layers that begin as nothing are something, as after a training."""
    torch.manual_seed(0)
    encoder = MotionEncoder().eval()
    for parameter in (*encoder.recent.parameters(), encoder.position):
        torch.nn.init.normal_(parameter, std=0.1)
    return encoder


def seen() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return (
        torch.rand(1, STEPS, 8, 32, 32, generator=generator) - 0.5,
        torch.rand(1, STEPS, 4, 32, 32, generator=generator) - 0.5,
        torch.rand(1, STEPS, 12, generator=generator),
        torch.ones(1, STEPS, dtype=torch.bool),
    )


def changed(before: torch.Tensor, after: torch.Tensor) -> list[int]:
    return torch.nonzero((before - after).abs().amax(dim=(0, 2)) > 1e-4).flatten().tolist()


@torch.no_grad()
def test_a_token_depends_on_its_step_and_those_just_before() -> None:
    net, (maps, glimpse, camera, valid) = encoder(), seen()
    before = net(maps, glimpse, camera, valid)
    assert before.shape == (1, STEPS, WIDTH)
    maps[:, 7] += 1.0
    assert changed(before, net(maps, glimpse, camera, valid)) == list(range(7, 8 + RECENT_STEPS))


@torch.no_grad()
def test_steps_that_the_video_does_not_have_do_not_matter() -> None:
    net, (maps, glimpse, camera, valid) = encoder(), seen()
    valid[:, :RECENT_STEPS] = False
    before = net(maps, glimpse, camera, valid)[:, RECENT_STEPS:]
    maps[:, :RECENT_STEPS] = 0.3
    torch.testing.assert_close(before, net(maps, glimpse, camera, valid)[:, RECENT_STEPS:])
    begun = net(*(one[:, RECENT_STEPS:] for one in (maps, glimpse, camera, valid)))
    torch.testing.assert_close(before, begun)


@torch.no_grad()
def test_where_something_moves_matters() -> None:
    net, (maps, glimpse, camera, valid) = encoder(), seen()
    before = net(maps, glimpse, camera, valid)
    net.position.copy_(net.position.flip(0))
    assert changed(before, net(maps, glimpse, camera, valid)) == list(range(STEPS))
