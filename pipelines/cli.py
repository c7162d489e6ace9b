"""`foley`: the command line. Each command gathers its inputs, calls one function and prints.

Groups of commands are files of `pipelines/commands`.

Exit codes: 0 all done · 1 finished with rows set aside, or a video that cannot be used · 2 nothing
was started, since something given is wrong · 3 broke off: run it again · 130 interrupted · 143
terminated.
"""

import atexit
import errno
import logging
import os
import signal
import sys
import threading
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from foley_core import __version__
from foley_core.errors import (
    BrokeOffError,
    CheckpointError,
    ConfigError,
    FoleyError,
    StorageError,
    UnwritableError,
)
from foley_core.storage.addresses import is_utf8
from pipelines.commands.benchmark_commands import benchmark
from pipelines.commands.cues_commands import correct, cues
from pipelines.commands.deliver_command import deliver
from pipelines.commands.evaluate_command import evaluate
from pipelines.commands.one_command import one
from pipelines.commands.packs_commands import packs
from pipelines.commands.plan_command import plan
from pipelines.commands.purge_commands import purge
from pipelines.commands.review_command import review
from pipelines.commands.run_commands import demo, run, status
from pipelines.commands.serve_command import serve
from pipelines.commands.sounds_command import sounds
from pipelines.commands.takes_command import takes
from pipelines.commands.train_commands import train
from pipelines.commands.verify_command import verify
from pipelines.commands.weights_commands import weights
from pipelines.ending import INTERRUPTED, STOPPED, was_said
from pipelines.standard_streams import all_is_written, open_streams, say
from pipelines.stopping import Terminated
from pipelines.supervisor import BROKE_OFF, farewell, supervise

NOT_STARTED, TERMINATED = 2, 143
SUPERVISED = {"run", "demo", "correct"}
"""Commands that run a job, by their names."""

AFTER_A_STOP = {
    "review": "the page is kept as far as it was written: run the same command again for the rest",
    "plan": "nothing was started: run the same command again",
    "deliver": "files that were written are kept: run the same command again for all of them",
    "evaluate": "a former report is kept: run the same command again, which begins anew",
    "serve": "all that was accepted is kept: start it again, and it goes on",
}
"""After Ctrl-C, what of a command is kept and how to go on; a job says that itself."""

HELP_ORDER = (
    "run", "one", "demo", "review", "cues", "takes", "correct", "deliver", "verify", "serve",
    "packs", "sounds", "status", "plan", "weights", "evaluate", "benchmark", "train", "purge",
)  # fmt: skip
"""The order in which a newcomer needs the commands."""


class InOrder(TyperGroup):
    """Commands as `HELP_ORDER` has them; typer would list groups of commands last.

    And faults of options without pydantic's "Value error", which is no word for people.
    """

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.replace("Value error, ", "")
            raise

    def list_commands(self, ctx: Any) -> list[str]:
        places = {name: place for place, name in enumerate(HELP_ORDER)}
        return sorted(self.commands, key=lambda name: places.get(name, len(places) - 1.5))


app = typer.Typer(
    cls=InOrder,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its tables cut long names of options off
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"foley {__version__}")
        raise typer.Exit


@app.callback()
def foley(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Make soundtracks for silent video. Each command explains itself with -h."""


app.command("run")(run)
app.command("one")(one)
app.command("demo")(demo)
app.command("review")(review)
app.add_typer(cues, name="cues")
app.command("takes")(takes)
app.command("correct")(correct)
app.command("deliver")(deliver)
app.command("serve")(serve)
app.command("verify")(verify)
app.add_typer(packs, name="packs")
app.command("sounds")(sounds)
app.command("status")(status)
app.command("plan")(plan)
app.add_typer(weights, name="weights")
app.command("evaluate")(evaluate)
app.add_typer(benchmark, name="benchmark")
app.add_typer(train, name="train")
app.command("purge")(purge)


def main() -> None:
    """Run one command: a person's mistake ends in a sentence, not in a traceback."""
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    open_streams()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    if SUPERVISED & set(sys.argv[1:2]):
        supervise()
    try:
        _refuse_odd_bytes(sys.argv[1:])
        app()
    except FoleyError as error:
        say(f"error: {error}")
        _leave(exit_code_of(error))
    except OSError as error:  # of what is printed, or of a place that is no output
        if error.errno == errno.ENAMETOOLONG:
            say("error: a path that was given is longer than the system takes")
            _leave(NOT_STARTED)
        place = f"{error.filename}: " if error.filename else ""
        say(f"error: {place}{error.strerror or error}; what was stored until then is kept")
        _leave(BROKE_OFF)
    except SystemExit as end:
        if end.code == INTERRUPTED and not was_said(end):
            say(f"{STOPPED}; {after_a_stop(sys.argv[1:])}")
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))


def _refuse_odd_bytes(arguments: list[str]) -> None:
    """Raise ConfigError for an argument whose bytes are no text: nothing could be stored of it."""
    for odd in (argument for argument in arguments if not is_utf8(argument)):
        raise ConfigError(f"the argument {odd!r} is not UTF-8; write it anew, or rename the file")


def after_a_stop(words: list[str]) -> str:
    """Return what is kept of a stopped command, and how to go on."""
    usual = "what was stored until then is kept: run the same command again"
    return AFTER_A_STOP.get(words[0] if words else "", usual)


def _terminated(*_: Any) -> NoReturn:
    """Take SIGTERM outside of a job, which takes it for itself."""
    say("error: terminated")
    raise Terminated(TERMINATED)


def _leave(code: int) -> NoReturn:
    """End the process at once, after what was to be done on its way out.

    Threads of libraries that still run, such as one that loads a network, would keep a process that
    ends as Python does, and those of Arrow, which Python does not know, now and then abort it.
    """
    farewell()
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
    os._exit(code if all_is_written() else code or BROKE_OFF)


def exit_code_of(error: FoleyError) -> int:
    """Return the exit code of a command that ended with an error."""
    if isinstance(error, ConfigError | CheckpointError | UnwritableError):
        return NOT_STARTED
    return BROKE_OFF if isinstance(error, BrokeOffError | StorageError) else 1


if __name__ == "__main__":
    main()
