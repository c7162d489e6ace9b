"""The start of `foley`: before anything else is loaded, which takes seconds on a busy machine, it
takes the signals that end a process, and says what a job does first.

Nothing but the standard library is imported here before that.
"""

import os
import signal
import sys
from typing import Any, NoReturn

from pipelines.first_line import say_first

_CODES = {signal.SIGTERM: (143, "terminated"), signal.SIGINT: (130, "interrupted")}


def main() -> None:
    """Entry point: `pipelines.cli.main`, whose imports can be ended as well."""
    for number in _CODES:
        signal.signal(number, _ended)
    say_first(sys.argv[1:])
    from pipelines.cli import main as command_line

    command_line()


def _ended(number: int, _: Any) -> NoReturn:
    """End at once: nothing was begun, and an exception could be taken for a failed import."""
    code, how = _CODES[signal.Signals(number)]
    os.write(2, f"error: {how} before anything was started\n".encode())
    os._exit(code)


if __name__ == "__main__":
    main()
