"""`foley sounds`: the sound classes that people can name, by group."""

import shutil
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Annotated

import typer
from rich.cells import cell_len

GROUP_HELP = "Only this class, group or everyday word is listed, with all that is known of it."
LONGEST_NAME = 22
WORDS_SHOWN = {True: 3, False: 3}
"""Most everyday words that the list shows of a class: English (True) and Chinese ones (False)."""


def sounds(
    group: Annotated[str | None, typer.Argument(help=GROUP_HELP, metavar="[GROUP]")] = None,
) -> None:
    """List the sound classes by group, with everyday words.

    Filters, prompts and corrections take a class, a group or one of these words.
    """
    from foley_core.cues.filters import MUSIC_CLASS, names_meant
    from foley_core.cues.taxonomy import taxonomy
    from foley_core.cues.vocabulary import vocabulary
    from foley_core.errors import ConfigError

    known, words = taxonomy(), vocabulary().words_by_class()
    width = min(shutil.get_terminal_size().columns, 120)
    shown = names_meant(group) if group else tuple(known.all_classes)
    if MUSIC_CLASS in shown:
        raise ConfigError("music is composed and has no classes; sound filters take it as a whole")
    lines = _in_full(shown, words, width) if group else _listed(words, width)
    print("\n".join(lines))
    seen = sum(name in known.classes for name in shown)
    print(f"\n{seen} classes that can be seen, {len(shown) - seen} that only style packs compose")
    if not group:
        print("more of one group or class: foley sounds footsteps")


def _listed(words: Mapping[str, list[str]], width: int) -> Iterator[str]:
    """Lines of all groups: a class a line, with as many everyday words as fit."""
    from foley_core.cues.taxonomy import taxonomy

    for group in taxonomy().all_groups:
        yield group
        for one in taxonomy().all_classes.values():
            if one.group == group:
                begin = f"  {one.name:<{LONGEST_NAME}} "
                some = _some(words[one.name], one.name)
                yield begin + ", ".join(some[: _fitting(some, width - len(begin))])


def _in_full(names: tuple[str, ...], words: Mapping[str, list[str]], width: int) -> Iterator[str]:
    """Lines of some classes, with all that is known of each."""
    from foley_core.cues.taxonomy import taxonomy
    from foley_core.models.embedded.weights_folder import GENERATOR_FILES, find_weights

    heard = find_weights().record(GENERATOR_FILES["full"])["classes"]
    sources = dict.fromkeys(heard["recorded"], "recordings") | dict.fromkeys(
        heard["computed"], "synthesis"
    )
    for name in names:
        one = taxonomy().all_classes[name]
        yield name
        for head, held in (
            ("group", [one.group]),
            ("kind", [str(one.kind)]),
            ("materials", list(one.materials)),
            ("learned from", [sources[name]] if name in sources else []),
            ("words", words[name]),
        ):
            begin = f"  {head:<14}"
            while held:
                count = max(1, _fitting(held, width - len(begin) - 1))
                yield begin + ", ".join(held[:count]) + "," * (count < len(held))
                held, begin = held[count:], " " * len(begin)


def _fitting(words: list[str], width: int) -> int:
    """Return how many of the words a line of so many columns holds; Chinese signs take two each."""
    ends = accumulate(cell_len(word) + len(", ") for word in words)
    return sum(end - len(", ") <= width for end in ends)


def _some(words: list[str], name: str) -> list[str]:
    """Return the first words in both languages, without the name itself."""
    others = [word for word in words if word != name.replace("_", " ")]
    return [
        word
        for english, most in WORDS_SHOWN.items()
        for word in [one for one in others if one.isascii() is english][:most]
    ]
