"""The licence of the public HunyuanVideo-Foley checkpoints, as far as a program can hold to it.

A summary for operators, not legal advice: the text that binds lies beside the weights. Whoever runs
them carries its terms, whichever code does it. What can be held to here is: nothing runs before the
operator says that the licence is accepted; regions outside its territory are refused; and what was
generated says so, in files and metadata, and is refused as training material.

Imports no torch: a driver asks it before any model is loaded.
"""

from collections.abc import Iterable

from foley_core.errors import CheckpointError
from foley_core.media.marks import NO_TRAINING

LICENCE = "tencent-hunyuan-community-2025-08-28"
"""Name and release date of the Tencent Hunyuan Community License Agreement summed up here."""

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
"""What an operator has to know before accepting, one sentence each."""

# fmt: off
EXCLUDED_COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IT", "KR", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on
"""ISO 3166 codes of the countries in which the licence grants no rights."""

TRAINING_MARK = f"{NO_TRAINING} {LICENCE}"
"""Stands in every file that was made with the checkpoints; see `foley_core.media.marks`."""


def require_acceptance(model: str, accepted: str | None) -> None:
    """Refuse to go on unless the operator accepts this very licence.

    Raises:
        CheckpointError: it was not accepted; the message shows its limits and says how to accept.
    """
    if accepted == LICENCE:
        return
    said = f"'{accepted}' is not its name" if accepted else "that is not said yet"
    limits = "\n".join(f"  - {limit}" for limit in LIMITS)
    raise CheckpointError(
        f"{model} runs only for an operator who has read and accepts the licence beside its "
        f"weights; {said}. In short:\n{limits}\n"
        f'To accept it write accept_licence = "{LICENCE}" into the job file, '
        f"or give --accept-licence {LICENCE}"
    )


def refusal_of(countries: Iterable[str]) -> str | None:
    """Why tracks for these countries (ISO 3166) cannot be made, or None where they can."""
    outside = sorted(EXCLUDED_COUNTRIES.intersection(countries))
    if not outside:
        return None
    return (
        f"the licence of the model ({LICENCE}) grants no rights in {', '.join(outside)}; "
        "use the embedded model for this region"
    )
