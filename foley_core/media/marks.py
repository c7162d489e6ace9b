"""A mark in a sound file: the licence of the model that generated it forbids training on it.

The mark is a phrase in a text that is kept when a file is copied: the coding history in a WAV's
`bext` chunk, or the comment of a FLAC file. A file without such a text has no mark; nothing is
guessed from the sound.
"""

from pathlib import Path

import soundfile

from foley_core.media.broadcast_wave import coding_history_of

NO_TRAINING = "no training on this sound:"
"""The phrase; the name of the licence follows, up to a semicolon or the end of the line."""


def licence_against_training(path: Path) -> str | None:
    """Return the name of the licence that forbids training on a sound file, or None.

    A file that cannot be read as sound has no mark: the code that reads its sound says what is
    wrong with it.
    """
    try:
        with path.open("rb") as file:
            said = coding_history_of(file)
        if said is None:
            with soundfile.SoundFile(path) as sound:
                said = sound.comment
    except (OSError, soundfile.LibsndfileError):
        return None
    _, mark, rest = said.partition(NO_TRAINING)
    return rest.splitlines()[0].split(";")[0].strip() if mark and rest.strip() else None
