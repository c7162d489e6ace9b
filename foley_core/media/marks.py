"""A mark in a sound file: the licence of what generated it forbids training on it.

It is a phrase in a text that survives copying: the coding history of a WAV's `bext` chunk, the
comment of a FLAC file. A file without such a text bears no mark; nothing is guessed from the sound.
"""

from pathlib import Path

import soundfile

from foley_core.media.broadcast_wave import coding_history_of

NO_TRAINING = "no training on this sound:"
"""Followed by the name of the licence, up to a semicolon or the end of the line."""


def licence_against_training(path: Path) -> str | None:
    """The licence that forbids training on a sound file, if the file says so.

    A file that cannot be read as sound bears no mark; who reads its sound will say what is wrong.
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
