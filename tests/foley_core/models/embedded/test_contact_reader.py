"""Each network of the reader of contacts looks half a second around; their mean counts."""

import torch

from foley_core.models.embedded.contact_grid import GRID_NUMBERS
from foley_core.models.embedded.contact_reader import (
    MEMBERS,
    TRAININGS,
    ContactNet,
    ContactTraining,
)
from foley_core.models.embedded.weights_folder import CONTACTS_FILE, shipped_folder


def test_a_row_is_read_with_half_a_second_around_it() -> None:
    torch.manual_seed(0)
    net = ContactNet().eval()
    rows = torch.randn(2, 90, GRID_NUMBERS)
    changed = rows.clone()
    changed[:, 45] += 3.0
    apart = (net(changed) - net(rows)).abs().amax(dim=(0, 1))
    assert net(rows).shape == (TRAININGS, 2, 90)
    assert apart[31:60].min() > 0.0
    assert apart[:31].max() < 1e-5
    assert apart[60:].max() < 1e-5


def test_its_members_are_averaged() -> None:
    net = ContactTraining().eval()
    rows = torch.randn(1, 30, GRID_NUMBERS)
    members = torch.stack([member(rows) for member in net.members])
    assert len(members) == MEMBERS
    assert torch.allclose(net(rows), members.mean(dim=0))


def test_the_shipped_weights_are_small() -> None:
    assert (shipped_folder() / CONTACTS_FILE).stat().st_size < 1_500_000
