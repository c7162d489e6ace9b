"""Weights of a small reader with their record: sha256 and recipe."""

from pathlib import Path

from torch import nn

from foley_core.models.checkpoints import save_weights


def keep_reader(
    path: Path, net: nn.Module, kind: str, *, worlds: int, steps: int, seed: int
) -> None:
    """Write a network as half floats, and the record of its training beside it.

    Args:
        path: of the weights.
        kind: of the training: its name after `foley train`.

    Raises:
        OSError: they cannot be written.
    """
    function = kind.replace("-", "_")
    sha256 = save_weights(path, {name: value.half() for name, value in net.state_dict().items()})
    path.with_suffix(".toml").write_text(f'''schema_version = 1
sha256 = "{sha256}"

[recipe]
function = "foley_core.training.train_{function}.train_{function}"
worlds = {worlds}
steps = {steps}
seed = {seed}
command = "foley train {kind} --out DIR --worlds {worlds} --steps {steps} --seed {seed}"
''')
