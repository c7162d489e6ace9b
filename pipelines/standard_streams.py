"""Standard output and standard error: what cannot be written there ends no command early.

A log may lie on a full disk, a terminal may have another alphabet, a reader may have gone, a
service may start a command with its streams closed.
"""

import io
import os
import sys
from contextlib import suppress


def open_streams() -> None:
    """Give every closed stream a place, and let each escape what its encoding lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a line to standard error, where that takes one."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


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
