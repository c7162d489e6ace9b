"""The record of a generator's weights: a TOML file beside them."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from foley_core.cues.taxonomy import taxonomy
from foley_core.training.sound_corpus import Recording


def record_of(
    recipe: Callable[..., object],
    sha256: str,
    seed: int,
    rows: Sequence[Recording],
    figures: Mapping[str, float],
    others: Mapping[str, str],
    heard: Collection[str],
) -> str:
    """Return the TOML record of weights: what they are, how they came about, from whose recordings.

    Args:
        recipe: the function that trained them.
        rows: the recordings.
        figures: names and values to write down.
        others: sha256 of other weights that shaped these, by name.
        heard: classes that had sounds of recordings; all others were learned from computed ones.
    """
    licences = Counter(row.licence for row in rows)
    recorded = [name for name in taxonomy().learned if name in heard]
    computed = [name for name in taxonomy().learned if name not in heard]
    lines = [
        "# Written by the training; the measured quality is added after an evaluation.",
        f'sha256 = "{sha256}"',
        'credits = "ATTRIBUTION.md"',
        "",
        "[recipe]",
        f'function = "{recipe.__module__}.{recipe.__qualname__}"',
        *(f'{name} = "{value}"' for name, value in others.items()),
        f"seed = {seed}",
        f"recordings = {len(rows)}",
        *(f"{name} = {value:.6g}" for name, value in figures.items()),
        "",
        "[recordings_by_licence]",
        *(f'"{licence}" = {count}' for licence, count in sorted(licences.items())),
        "",
        "[classes]",
        f"recorded = {json.dumps(recorded)}",
        "# Learned from computed sounds alone:",
        f"computed = {json.dumps(computed)}",
    ]
    return "\n".join(lines) + "\n"
