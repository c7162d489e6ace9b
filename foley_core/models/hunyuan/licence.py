"""The licence of the public HunyuanVideo-Foley checkpoints, as far as a program can respect it.

This is a summary for operators, not legal advice: the binding text lies beside the weights, and its
terms apply to everyone who runs them, with this code or another. The code does three things:
nothing runs before the operator accepts the licence; regions outside its territory are refused; and
generated sound says what made it, in files and metadata, and is refused as training material.

Imports no torch: a driver asks it before any model is loaded.
"""

from collections.abc import Iterable

from foley_core.errors import CheckpointError
from foley_core.media.marks import NO_TRAINING

LICENCE = "tencent-hunyuan-community-2025-08-28"
"""Name and release date of the Tencent Hunyuan Community License Agreement."""

LIMITS = (
    "no rights in the European Union, the United Kingdom and South Korea, "
    "nor to show its outputs there",
    "neither the weights nor their outputs may be used to improve another AI model",
    "outputs in public must be conspicuously identified as machine-generated",
    "a licensee with more than 100 million monthly users needs a licence of its own",
    "no military use, no impersonation, no deception, no high-stakes decisions",
    "synchformer_state_dict.pth descends from weights whose code is mostly CC-BY-NC: "
    "have commercial use of it reviewed",
)
"""The terms that an operator must know before accepting, one sentence each."""

# fmt: off
EXCLUDED_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IT", "KR", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""ISO 3166 codes of the countries in which the licence grants no rights."""

TRAINING_MARK = f"{NO_TRAINING} {LICENCE}"
"""Text in every file that was made with the checkpoints; see `foley_core.media.marks`."""


def require_acceptance(model: str, accepted: str | None) -> None:
    """Raise an error unless the operator accepts this licence by its name.

    Args:
        model: its name, for the message.
        accepted: the name that the operator gave, or None.

    Raises:
        CheckpointError: it was not accepted; the message shows its limits and says how to accept.
    """
    if accepted == LICENCE:
        return
    said = f"'{accepted}' is not its name" if accepted else "no acceptance was given"
    limits = "\n".join(f"  - {limit}" for limit in LIMITS)
    raise CheckpointError(
        f"{model} runs only for an operator who has read and accepts the licence beside its "
        f"weights; {said}. In short:\n{limits}\n"
        f'To accept it write accept_licence = "{LICENCE}" into the job file, '
        f"or give --accept-licence {LICENCE}"
    )


def refusal_of(countries: Iterable[str]) -> str | None:
    """Return why no tracks may be made for these countries (ISO 3166), or None if they may."""
    outside = sorted(EXCLUDED_COUNTRIES.intersection(countries))
    if not outside:
        return None
    return (
        f"the licence of the model ({LICENCE}) grants no rights in {', '.join(outside)}; "
        "use the embedded model for this region"
    )
