"""The names of tensors in a file, matched with those that a network has for them."""

from collections.abc import Container, Iterable, Mapping

from foley_core.models.hunyuan.published import Component

# A message names this many tensors at most.
_NAMED = 4
_TOWERS: Mapping[Component, str] = {"siglip": "vision_model."}
# Prefixes that wrappers of training code and other programs put before every name.
_WRAPPERS = ("", "module.", "model.", "_orig_mod.", "model.diffusion_model.")
# A weight norm's two factors, as newer releases of PyTorch name them.
_NORM_FACTORS = {
    "weight_g": "parametrizations.weight.original0",
    "weight_v": "parametrizations.weight.original1",
}


def matched(
    component: Component,
    wanted: Mapping[str, tuple[int, ...]],
    there: Mapping[str, tuple[int, ...]],
) -> tuple[dict[str, str], list[str]]:
    """Match the tensors that a network wants with those in a file.

    A public image tower lies in the file of a whole model, beside a text tower whose layers have
    the same names and shapes: only keys of its own tower are looked at.

    Args:
        wanted: shapes by the network's names.
        there: shapes by the file's keys.

    Returns:
        The file's key for each name that was found, and the faults, one sentence each.
    """
    prefix = _TOWERS.get(component, "")
    towers = (prefix,) if any(key.startswith(prefix) for key in there) else ("",)
    choices = towers if prefix else _WRAPPERS
    found = [_names_in(there, wanted, choice) for choice in choices]
    names = max(found, key=len)
    missing = [name for name in wanted if name not in names]
    other = [
        f"{name} {there[key]} instead of {wanted[name]}"
        for name, key in names.items()
        if there[key] != wanted[name]
    ]
    faults = []
    if missing:
        faults.append(f"{len(missing)} tensors are missing, such as {', '.join(missing[:_NAMED])}")
    if other:
        shown = ", ".join(other[:_NAMED])
        faults.append(f"{len(other)} tensors have another shape, such as {shown}")
    return names, faults


def _names_in(there: Container[str], wanted: Iterable[str], prefix: str) -> dict[str, str]:
    """Return the file's key for each of the network's names that it holds behind a prefix."""
    names = {}
    for name in wanted:
        rest, _, kind = name.rpartition(".")
        for key in (prefix + name, f"{prefix}{rest}.{_NORM_FACTORS.get(kind, kind)}"):
            if key in there:
                names[name] = key
                break
    return names
