"""Every error this project raises on purpose.

    FoleyError
    ├─ ConfigError             the job stops before the cluster is touched
    │  ├─ ManifestError        the file itself is unreadable (a bad ROW is set aside instead)
    │  └─ StylePackError
    ├─ CheckpointError         the job stops: weights missing, or their hash differs
    ├─ PrivacyError            the job stops: a rule would have been broken
    ├─ BrokeOffError           the job ended before its end; running it again goes on
    ├─ StorageError            retried with backoff and jitter, then the row is set aside
    │  ├─ MissingError         there is no object of that name
    │  ├─ ReplacedError        the object is no longer the one that was opened
    │  └─ OutputError          the job stops: no space, no right to write, read-only
    │     └─ UnwritableError   the first write of a command was refused; nothing was started
    ├─ GenerationError         non-finite or silent audio; the row is set aside
    ├─ RowError                a manifest row that cannot be used; the row is set aside
    └─ MediaError              the row is set aside, the job goes on
       ├─ DecodeError
       └─ EncodeError

Foreign exceptions are translated at one boundary each: `media`, `storage`, `models.checkpoints`.
The library
catches no programming error; a stage of a job sets aside the row that met one. A message says what
failed, where, and what to do next.

`RowError` is a class of its own: a duplicate id is a fault neither of the medium nor of the
configuration, and people filter the metadata by `error_class`.
"""

from typing import ClassVar


class FoleyError(Exception):
    """Root of all errors that this project raises on purpose.

    `sets_row_aside`: the row is kept with its reason, and the job goes on.
    """

    sets_row_aside: ClassVar[bool] = False

    def __reduce__(self) -> tuple[type["FoleyError"], tuple[str]]:
        """Pickle by the message alone, so that the error keeps its class between processes."""
        return type(self), (str(self),)


class ConfigError(FoleyError):
    """The job file, a flag or an input of the whole job is wrong; nothing was started.

    `problems` lists every fault found, one sentence each, so that a person can mend all at once.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(_listed(message, problems))
        self.problems = problems


class ManifestError(ConfigError):
    """The manifest as a whole cannot be read."""


class StylePackError(ConfigError):
    """A region's style pack is missing or invalid."""


class CheckpointError(FoleyError):
    """Model weights are missing, damaged, or not the recorded ones, or their licence was not
    accepted; the message lists the problems, if there are any."""

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(_listed(message, problems))


class PrivacyError(FoleyError):
    """Something would have broken a rule of the job's `[privacy]`."""


class BrokeOffError(FoleyError):
    """A job that had started ended before its end; what was finished is kept."""


class StorageError(FoleyError):
    """Object storage or the file system failed after every retry."""

    sets_row_aside = True


class MissingError(StorageError):
    """There is no object under that key; trying again does not help."""


class ReplacedError(StorageError):
    """An object was replaced while it was read: what was read is no part of one whole."""


class OutputError(StorageError):
    """Nothing can be written there any more, of whatever row: no space, no right, read-only."""

    sets_row_aside = False


class UnwritableError(OutputError):
    """Nothing can be written to the place that a command was given; nothing was started."""


class GenerationError(FoleyError):
    """A generator produced audio that must not be delivered."""

    sets_row_aside = True


class RowError(FoleyError):
    """A manifest row that cannot be used."""

    sets_row_aside = True


class MediaError(FoleyError):
    """A video or audio file cannot be processed."""

    sets_row_aside = True


class DecodeError(MediaError):
    """A video cannot be opened or read to its end."""


class EncodeError(MediaError):
    """A sound or video file cannot be written."""


def _listed(message: str, problems: tuple[str, ...]) -> str:
    return "\n".join([message, *(f"  - {problem}" for problem in problems)])
