"""What one process tells another of a task is heard as it was meant, however the task ended."""

from collections.abc import Sequence

import pytest

from foley_core.errors import BrokeOffError, DecodeError
from pipelines.service.performing import Doing, Performer, Task, Word, perform_and_tell, told_of

TASK = Task("0" * 32)


class Ending(Performer):
    """A performer that tells of its task, then ends in a given way."""

    def __init__(self, end: tuple[str, ...] | BaseException) -> None:
        self._end = end

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def perform(self, task: Task, doing: Doing) -> tuple[str, ...]:
        """End as the constructor was told to."""
        doing("generate 1 of 2", 0.5)
        if isinstance(self._end, BaseException):
            raise self._end
        return self._end

    def close(self) -> None:
        """Nothing is left to end."""


def words_of(end: tuple[str, ...] | BaseException) -> list[Word]:
    """The words on a task that ended in a given way."""
    words: list[Word] = []
    perform_and_tell(Ending(end), TASK, words.append)
    return words


@pytest.mark.parametrize("faults", [(), ("row 1, time: too late",)])
def test_what_is_done_and_its_faults_are_heard(faults: tuple[str, ...]) -> None:
    heard: list[tuple[str, float]] = []
    assert told_of(words_of(faults), lambda *doing: heard.append(doing)) == faults
    assert heard == [("generate 1 of 2", 0.5)]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DecodeError("the video is damaged"), "^the video is damaged$"),
        (RuntimeError("odd"), "unexpected RuntimeError.*: odd; please report it"),
        (SystemExit(3), "unexpected SystemExit.*: 3; please report it"),
    ],
)
def test_a_failure_is_heard_as_a_sentence(error: BaseException, sentence: str) -> None:
    with pytest.raises(BrokeOffError, match=sentence):
        told_of(words_of(error), lambda text, share: None)


@pytest.mark.parametrize("words", [[], [("doing", "perceive", 0.1)]])
def test_words_that_end_before_the_task_are_a_failure(words: Sequence[Word]) -> None:
    with pytest.raises(BrokeOffError, match="ended before its task"):
        told_of(words, lambda text, share: None)
