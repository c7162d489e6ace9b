"""Standard output and standard error: what cannot be written there ends no command early, and what
others have written into a manifest or a file steers no terminal.

A log may lie on a full disk, a terminal may have another alphabet, a reader may have gone, a
service may start a command with its streams closed.
"""

import io
import os
import re
import sys
from contextlib import suppress

_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that move a terminal's cursor, colour it, name its window or turn a line's direction;
tabs and line feeds do no harm."""


def open_streams() -> None:
    """Give every closed stream a place, and let each escape what its encoding lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Return a text with each character escaped that would steer a terminal."""
    return _STEERS.sub(lambda found: repr(found[0])[1:-1], text)


def show(text: str) -> None:
    """Print lines to standard output, whatever they hold of names that others gave."""
    print(printable(text))


def say(text: str) -> None:
    """Print a line to standard error, where that takes one."""
    with suppress(OSError):
        print(printable(text), file=sys.stderr, flush=True)


def all_is_written() -> bool:
    """Write out what was printed; False where standard output does not take it.

    A reader that has gone, such as `head`, has what it wanted.
    """
    with suppress(OSError):
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    except OSError as error:
        say(f"error: standard output cannot be written to ({error.strerror})")
        return False
    return True
