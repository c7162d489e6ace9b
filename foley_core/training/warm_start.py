"""A generator that begins as an earlier one: what that one knows is kept, new classes are added.

A class that the earlier weights do not know begins as the relative that performed it there, so it
has a sound from the first step on and only has to learn the difference.
"""

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import CheckpointError
from foley_core.models.embedded.grid_denoiser import (
    GridDenoiser,
    class_index,
    network_size_of,
)
from foley_core.models.embedded.grid_sampler import DEVIATION, MEAN

CLASSES, GROUPS = "sound_class.weight", "group.weight"
"""Names of the tables of embeddings that grow with the taxonomy."""


def begun_from(
    weights: Mapping[str, Tensor], teacher: Mapping[str, Tensor] | None = None
) -> GridDenoiser:
    """Return a network of all learned classes with the weights of an earlier generator.

    Args:
        teacher: weights of a generator that knows all classes. From it a new class takes how it
            differs from its relative.

    Raises:
        CheckpointError: the tensors are not those of a generator.
    """
    rest = {name: tensor.float() for name, tensor in weights.items()}
    try:
        # What standardises grids belongs to a file of weights, but not to its network.
        del rest[MEAN], rest[DEVIATION]
        network = GridDenoiser(replace(network_size_of(rest), classes=len(taxonomy().learned)))
        for table in (CLASSES, GROUPS):
            rest[table] = _longer(table, rest[table], network, teacher)
        network.load_state_dict(rest)
    except (KeyError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"these weights are of another network: {error}") from error
    return network


def _longer(
    name: str, table: Tensor, network: GridDenoiser, teacher: Mapping[str, Tensor] | None
) -> Tensor:
    """Return a table of embeddings with a row for each class or group.

    Args:
        name: of the table.
        table: the earlier one, `(1 + N, D)`; row 0 stands for "not told".
    """
    relatives = _relatives_of_classes() if name == CLASSES else _relatives_of_groups()
    longer = network.get_parameter(name).detach().clone()
    longer[: len(table)] = table
    for row in range(len(table), len(longer)):
        longer[row] = longer[relatives[row]]
        if teacher is not None:
            longer[row] += (teacher[name][row] - teacher[name][relatives[row]]).float()
    return longer


def _relatives_of_classes() -> list[int]:
    """Return for each row of the table of classes the row of its relative, or the row itself."""
    known = taxonomy()
    return [0, *(class_index(known.classes[n].performed_as or n) for n in known.learned)]


def _relatives_of_groups() -> list[int]:
    """Return for each row of the table of groups that of its first class's relative."""
    known = taxonomy()
    names = known.learned_groups(len(known.learned))
    rows = [0]
    for group in names:
        first = next(c for c in known.classes.values() if c.group == group)
        rows.append(names.index(known.classes[first.performed_as or first.name].group) + 1)
    return rows
