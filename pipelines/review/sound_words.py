"""Names of sound classes for the page: groups, materials, everyday words in two languages."""

from typing import cast

from foley_core.cues.corrections import OPERATIONS
from foley_core.cues.taxonomy import SoundClass, taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.types import Json

WORDS_FOUND = 12
"""Most everyday words by which a class is found in the page, of each language."""


def sound_words() -> dict[str, Json]:
    """Return classes with groups, materials and words, and the operations of corrections."""
    words = vocabulary().words_by_class()
    classes = taxonomy().classes
    return {
        "operations": cast(Json, list(OPERATIONS)),
        "groups": cast(Json, [*taxonomy().all_groups, "music"]),
        "classes": [
            _class(one, words[one.name], one.name in classes)
            for one in taxonomy().all_classes.values()
        ],
    }


def _class(one: SoundClass, words: list[str], is_generated: bool) -> Json:
    english = [word for word in words if word.isascii()][:WORDS_FOUND]
    chinese = [word for word in words if not word.isascii()][:WORDS_FOUND]
    return {
        "name": one.name,
        "group": one.group,
        "kind": one.kind,
        "materials": cast(Json, list(one.materials)),
        "en": cast(Json, english),
        "zh": cast(Json, chinese),
        "usable": is_generated,
    }
