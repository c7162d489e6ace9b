"""`foley sounds`: the sound classes that people can name, by group."""

from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

GROUP_HELP = "Only this class or group."
WORDS_SHOWN = {True: 3, False: 2}
"""Most everyday words that are shown for a class: English ones (True) and Chinese ones (False)."""


def sounds(
    group: Annotated[str | None, typer.Argument(help=GROUP_HELP, metavar="[GROUP]")] = None,
) -> None:
    """List the sound classes by group: kinds, materials, what they were learned from, words."""
    from foley_core.cues.taxonomy import taxonomy
    from foley_core.cues.vocabulary import vocabulary
    from foley_core.models.embedded.weights_folder import GENERATOR_FILES, find_weights

    known = taxonomy()
    heard = find_weights().record(GENERATOR_FILES["full"])["classes"]
    sources = dict.fromkeys(heard["recorded"], "recordings") | dict.fromkeys(
        heard["computed"], "synthesis"
    )
    shown = known.names_in(group) if group else tuple(known.all_classes)
    words = vocabulary().words_by_class()
    columns = ("group", "class", "kind", "materials", "learned from", "words")
    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    table.columns[1].no_wrap = True
    for name in known.all_groups:
        members = [known.all_classes[one] for one in known.names_in(name) if one in shown]
        for place, one in enumerate(members):
            table.add_row(
                "" if place else name,
                one.name,
                one.kind,
                ", ".join(one.materials) or "–",
                sources.get(one.name, "–"),
                ", ".join(_some(words[one.name], one.name)),
                end_section=one is members[-1],
            )
    Console().print(table)
    seen = sum(name in known.classes for name in shown)
    print(f"{seen} classes that can be seen, {len(shown) - seen} that only style packs compose")


def _some(words: list[str], name: str) -> list[str]:
    """Return the first words in both languages, without the name itself."""
    others = [word for word in words if word != name.replace("_", " ")]
    return [
        word
        for english, most in WORDS_SHOWN.items()
        for word in [one for one in others if one.isascii() is english][:most]
    ]
