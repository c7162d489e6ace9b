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


def begun_from(weights: Mapping[str, Tensor]) -> GridDenoiser:
    """Return a network of all learned classes with the weights of an earlier generator.

    Raises:
        CheckpointError: the tensors are not those of a generator.
    """
    rest = {name: tensor.float() for name, tensor in weights.items()}
    try:
        # What standardises grids belongs to a file of weights, but not to its network.
        del rest[MEAN], rest[DEVIATION]
        size = network_size_of(rest)
        network = GridDenoiser(replace(size, classes=len(taxonomy().learned)))
        tables = {"sound_class.weight", "group.weight"}
        missing, unexpected = network.load_state_dict(
            {name: tensor for name, tensor in rest.items() if name not in tables}, strict=False
        )
        classes, groups = rest["sound_class.weight"], rest["group.weight"]
    except (KeyError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"these weights are of another network: {error}") from error
    if unexpected or set(missing) != tables:
        raise CheckpointError("these weights are of another network: tensors are missing")
    _fill_tables(network, classes, groups)
    return network


def _fill_tables(network: GridDenoiser, classes: Tensor, groups: Tensor) -> None:
    """Fill the embeddings of classes and groups, new ones with those of a relative.

    Args:
        classes, groups: earlier tables, `(1 + N, D)`; row 0 stands for "not told".
    """
    known = taxonomy()
    names = known.learned_groups(len(known.learned))
    class_table, group_table = network.sound_class.weight.data, network.group.weight.data
    class_table[: len(classes)], group_table[: len(groups)] = classes, groups
    begun = set(names[: len(groups) - 1])
    for name in known.learned[len(classes) - 1 :]:
        relative = known.classes[known.classes[name].performed_as or name]
        class_table[class_index(name)] = classes[class_index(relative.name)]
        group = known.classes[name].group
        if group not in begun:
            # A new group begins as that of the relative of its first class.
            begun.add(group)
            source = names.index(relative.group) + 1
            group_table[names.index(group) + 1] = groups[source]
