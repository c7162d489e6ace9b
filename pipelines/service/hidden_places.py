"""Places of the server, which clients are not told.

Sentences of the library name files by their whole paths, for whoever has the machine. A client has
a soundtrack: what lies in its folder is named from there, and other places by a word.
"""

import re
from typing import Any

from foley_core.storage.addresses import without_root
from pipelines.service.settings import SOUNDTRACKS, ServiceSettings


class HiddenPlaces:
    """Takes places of one service out of what it tells."""

    def __init__(self, settings: ServiceSettings, root: str) -> None:
        """Take the settings, and the root of the service's store."""
        self._folder = re.compile(rf"(?:file://)?{re.escape(root)}/{SOUNDTRACKS}[0-9a-f]{{32}}(/?)")
        others = [(root, "the service's output")]
        if settings.model_path:
            others.append((settings.model_path, "the weights"))
        others += [(folder, "the style packs") for folder in settings.pack_folders]
        self._others = others

    def out_of(self, value: Any) -> Any:
        """Return a text, or a document of texts, without them."""
        if isinstance(value, str):
            text = self._folder.sub(lambda found: "" if found[1] else "the soundtrack", value)
            for root, word in self._others:
                text = without_root(text, root, word)
            return text
        if isinstance(value, dict):
            return {name: self.out_of(one) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(map(self.out_of, value))
        return value
