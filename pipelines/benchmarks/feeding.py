"""A simulation of the stages around one card: the share of time in which the card has work.

Nothing is run. Actors, threads, batches and the order of the stages are those of a job with public
checkpoints; processors share their time equally, and so does the card. Seconds of processors were
measured on one core (x86, 25 pictures a second, 5 Mbit/s at 720p). Seconds of the card are
estimates, from counts of operations at half of an H200's peak, until they are measured.

    python -m pipelines.benchmarks.feeding
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal, NamedTuple

from foley_core.models.hunyuan.batch_shapes import MOST_AT_ONCE_S, BatchShapes
from foley_core.timebase import MOTION_RATE
from pipelines.config import Job
from pipelines.pools import size_pools
from pipelines.stages.look import CLIPS_DECODED_AT_ONCE

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds for each minute of video.

    Attributes:
        decode: of a core, to decode and scale what a public model looks at.
        encode: of the card, for both visual encoders.
        perceive: of a core, to decode again, see, and detect the cue sheet.
        denoise: of the card, in batches without filling.
        beds, write: of a core, beside the card.
        mix: of a core.
        around: of a core, for each row of a batch, before and after it: reading, planning, notes.
        extra: factor on all work of cores, for Ray and what is around the stages.
    """

    decode: float
    perceive: float
    denoise: float
    encode: float = 0.7
    beds: float = 1.1
    write: float = 0.2
    mix: float = 0.6
    around: float = 0.03
    extra: float = 1.15


HD = Costs(decode=11.0, perceive=15.6, denoise=4.6)
FULL_HD = replace(HD, decode=20.3, perceive=21.4)
XL_DENOISE = 2.8

Work = tuple[Literal["cpu", "card"], float] | Callable[[], bool]
"""Seconds of a core or of the card, or what is waited for."""


class Busy(NamedTuple):
    """The share of time, from the first sound to the last, in which card and cores had work."""

    card: float
    cores: float


class _Machine:
    """Runs processes that ask for work or wait; what runs at once shares cores and card."""

    def __init__(self, cores: int) -> None:
        self.cores = cores
        self.now_s = 0.0
        self.used_s = {"cpu": 0.0, "card": 0.0}
        self._running: list[tuple[Iterator[Work], str, float]] = []
        self._waiting: list[tuple[Iterator[Work], Callable[[], bool]]] = []

    def start(self, process: Iterator[Work]) -> None:
        """Let a process run until it asks for something."""
        for asked in process:
            if callable(asked):
                if asked():
                    continue
                self._waiting.append((process, asked))
            else:
                self._running.append((process, *asked))
            return

    def advance(self) -> bool:
        """Go on to the next moment at which some work ends; False where none is left."""
        if not self._running:
            return False
        kinds = [kind for _, kind, _ in self._running]
        rates = {
            "cpu": min(1.0, self.cores / max(1, kinds.count("cpu"))),
            "card": 1.0 / max(1, kinds.count("card")),
        }
        passed_s = min(left / rates[kind] for _, kind, left in self._running)
        self.now_s += passed_s
        for kind in set(kinds):
            self.used_s[kind] += passed_s * rates[kind] * kinds.count(kind)
        before, self._running = self._running, []
        ended: list[Iterator[Work]] = []
        for process, kind, left in before:
            left -= passed_s * rates[kind]
            if left > 1e-9:
                self._running.append((process, kind, left))
            else:
                ended.append(process)
        for process in ended:
            self.start(process)
        self._wake()
        return True

    def _wake(self) -> None:
        woken = True
        while woken:
            woken = False
            for one in list(self._waiting):
                if one[1]():
                    self._waiting.remove(one)
                    self.start(one[0])
                    woken = True


def busy(costs: Costs, cores: int, row_s: float, batches: int = 30) -> Busy:
    """Simulate a job on one card, a core for each logical CPU.

    Args:
        row_s: length of each video; at most a minute, so that each is one row.
    """
    job = Job(manifest="", output="", model="hunyuan-xxl", model_path="", rows_per_block=1)
    pools = size_pools(job, 10_000, cores, 1)
    assert pools.look is not None
    rows = batches * pools.generate_batch
    machine, minutes = _Machine(cores), row_s / MINUTE_S
    unseen, looked, seen, generated = deque(range(rows)), deque[int](), deque[int](), deque[int]()
    clips = max(1, round(row_s / 13))
    began: list[tuple[float, dict[str, float]]] = []
    ended: list[tuple[float, dict[str, float]]] = []

    def core(seconds: float) -> Work:
        return "cpu", seconds * costs.extra

    def look() -> Iterator[Work]:
        networks, done = [0], count()

        def decoding(todo: deque[int], finished: list[int]) -> Iterator[Work]:
            while todo:
                todo.popleft()
                yield core(costs.decode * minutes / clips)
                yield lambda: networks[0] == 0
                networks[0] = 1
                yield "card", costs.encode * minutes / clips
                networks[0] = 0
            finished.append(next(done))

        while unseen:
            some = [unseen.popleft() for _ in range(min(pools.look_batch, len(unseen)))]
            todo, finished = deque(range(clips * len(some))), list[int]()
            for _ in range(CLIPS_DECODED_AT_ONCE):
                machine.start(decoding(todo, finished))
            yield partial(_all_done, finished)
            looked.extend(some)

    def perceive() -> Iterator[Work]:
        while True:
            yield lambda: bool(looked)
            row = looked.popleft()
            yield core(costs.perceive * minutes)
            seen.append(row)

    def generate() -> Iterator[Work]:
        share = _useful_share(row_s / clips, clips * pools.generate_batch)
        while True:
            yield lambda: len(seen) >= pools.generate_batch
            if not began:
                began.append((machine.now_s, dict(machine.used_s)))
            some = [seen.popleft() for _ in range(pools.generate_batch)]
            yield core(costs.around * len(some))
            beside = [True]

            def beds(beside: list[bool] = beside, rows: int = len(some)) -> Iterator[Work]:
                yield core((costs.beds + costs.write) * minutes * rows)
                beside.clear()

            machine.start(beds())
            yield "card", costs.denoise * minutes * len(some) / share
            yield partial(_none_left, beside)
            yield core(costs.around * len(some))
            generated.extend(some)
            if not seen and not unseen and not looked:
                ended.append((machine.now_s, dict(machine.used_s)))

    def mix() -> Iterator[Work]:
        while True:
            yield lambda: bool(generated)
            generated.popleft()
            yield core(costs.mix * minutes)

    for pool, process in (
        (pools.look, look),
        (pools.perceive, perceive),
        (pools.generate, generate),
        (pools.mix, mix),
    ):
        for _ in range(pool.actors):
            machine.start(process())
    while not ended and machine.advance():
        pass
    (first_s, first), (last_s, last) = began[0], ended[0]
    card, cpu = (last[kind] - first[kind] for kind in ("card", "cpu"))
    return Busy(card / (last_s - first_s), cpu / (last_s - first_s) / cores)


def _all_done(threads: list[int]) -> bool:
    return len(threads) == CLIPS_DECODED_AT_ONCE


def _none_left(running: list[bool]) -> bool:
    return not running


def _useful_share(clip_s: float, clips: int) -> float:
    """The share of a batch's work that is of use, for so many clips of one length."""
    shapes, steps = BatchShapes(MOST_AT_ONCE_S), round(clip_s * MOTION_RATE)
    padded_s = shapes.padded_s(steps)
    batches = shapes.batches([(steps, 1.0)] * clips)
    return clips * clip_s / (len(batches) * padded_s * shapes.rows(padded_s))


def main() -> None:
    """Print how busy a card and its cores are, for each model, size of picture and core count."""
    for model, denoise in (("xxl", HD.denoise), ("xl", XL_DENOISE)):
        for name, costs in (("720p", HD), ("1080p", FULL_HD)):
            for cores in (5, 6, 8, 10, 12, 16):
                for row_s in (10.0, 60.0):
                    found = busy(replace(costs, denoise=denoise), cores, row_s)
                    print(
                        f"{model} {name} {row_s:g} s, {cores} cores: "
                        f"card {found.card:.2f}, cores {found.cores:.2f}"
                    )


if __name__ == "__main__":
    main()
