"""The split of a corpus: which recordings the generator learns from, and which it never meets.

What is held out is what a judge needs: of as many classes of the taxonomy as can spare them, some
six recordings from two or three sources; a class with fewer recordings is learned from whole. A
person's recordings of one group of classes stay on one side, so that no take's sibling makes a test
easy.

The recordings of `sounds.csv` were split once, by author, before there were other tables. Weights
of that time may begin a training, so what they learned from never becomes held out.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LEAST_TRAINING_AUTHORS = 3
"""Authors of a recorded class that stayed in training at least, when `sounds.csv` was split."""
VALIDATION_SHARE = 0.25
"""Share of the authors of a recorded class that was held out then at most (rounded up)."""
HELD_RECORDINGS, HELD_SOURCES = 6, (3, 2)
"""Recordings that a judge needs of a class at least, and sources that they come from: better three,
else two."""
KEPT_RECORDINGS = 3
"""Recordings of a class that stay in training."""
KEPT_OF_FEW = 2
"""Those of a class that has one or two recordings less than a judge and a training need."""
HELD_UNITS = frozenset({"Frank Wen and contributors (Fluid R3 GM)"})
"""Held out whatever is left: sampled instruments, which synthesisers of the project's own play."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """A recording as the split sees it.

    Attributes:
        unit: whose or what it is; recordings of one unit in one group are on one side.
        source: who or what it comes from, for the judge: two of one source may be takes of one
            thing.
        classes: classes of the taxonomy that learn from it.
        group: the group of the first of them.
        side: True if it is held out, False if not, where the first split decided it.
    """

    unit: str
    source: str
    classes: tuple[str, ...]
    group: str
    side: bool | None


def held_out(candidates: Sequence[SplitRow]) -> set[int]:
    """Return the places of the candidates that are held out; the same on every machine."""
    split = _Split(candidates)
    # Classes that can spare the fewest first: they have the least choice.
    for sources in HELD_SOURCES:
        for name in sorted(split.spare, key=lambda n: (split.spare[n], n)):
            split.hold_for(name, sources)
    return {place for unit in split.held for place in split.units[unit]}


def first_split(authors: Sequence[tuple[str, str]]) -> set[str]:
    """Return the authors that were held out when there was one table.

    Args:
        authors: author and recorded class of every recording.
    """
    by_class: dict[str, set[str]] = defaultdict(set)
    classes: dict[str, set[str]] = defaultdict(set)
    for author, recorded_class in authors:
        by_class[recorded_class].add(author)
        classes[author].add(recorded_class)
    held: set[str] = set()
    moved: Counter[str] = Counter()
    for author in sorted(classes, key=_shuffled):
        # An author is held out with all recordings, so every class of theirs must be able to spare
        # one.
        fits = all(
            len(by_class[c]) - moved[c] > LEAST_TRAINING_AUTHORS
            and moved[c] < VALIDATION_SHARE * len(by_class[c])
            for c in classes[author]
        )
        if fits:
            held.add(author)
            moved.update(classes[author])
    return held


class _Split:
    """The state of a split.

    Attributes:
        units: places of the candidates of each unit.
        held: units that are held out.
        spare: recordings of each class that are or may be held out.
    """

    def __init__(self, candidates: Sequence[SplitRow]) -> None:
        self._candidates = candidates
        self.units: dict[tuple[str, str], list[int]] = defaultdict(list)
        for place, one in enumerate(candidates):
            self.units[one.unit, one.group].append(place)
        self.held = {unit for unit in self.units if self._is_begun(unit, True)}
        self._free = [unit for unit in self.units if self._is_begun(unit, None)]
        self._free.sort(key=lambda unit: _shuffled("|".join(unit)))
        self._all = self._classes_of(self.units)
        self.spare = self._classes_of([*self.held, *self._free])

    def _is_begun(self, unit: tuple[str, str], side: bool | None) -> bool:
        """Return whether a unit begins on a side; None: it may yet be on either.

        Where the first split had a person's recordings on both sides, the unit is not held out.
        """
        sides = {self._candidates[place].side for place in self.units[unit]}
        if unit[0] in HELD_UNITS:
            return side is True
        begun = False if False in sides else True if True in sides else None
        return begun is side

    def hold_for(self, name: str, sources: int) -> None:
        """Hold out what a judge still needs of a class, if there is enough and enough is kept."""
        free = [unit for unit in self._free if name in self._classes_of([unit])]
        before = set(self.held)
        # A unit may be too large for what is left, so each gets a turn to be the first.
        for first in range(max(1, len(free))):
            self.held = set(before)
            for unit in free[first:] + free[:first]:
                if self._is_enough(name, sources):
                    break
                self.held.add(unit)
                if unit not in before and not self._keeps_enough(unit):
                    self.held.discard(unit)
            if self._is_enough(name, sources):
                return
        # Too few to judge by, so they had better be learned from.
        self.held = before

    def _is_enough(self, name: str, sources: int) -> bool:
        """Return whether a judge has what it needs of a class."""
        heard = [
            self._candidates[place]
            for unit in self.held
            for place in self.units[unit]
            if name in self._candidates[place].classes
        ]
        return len(heard) >= HELD_RECORDINGS and len({o.source for o in heard}) >= sources

    def _keeps_enough(self, unit: tuple[str, str]) -> bool:
        """Return whether every class of a unit keeps recordings to learn from."""
        held = self._classes_of(self.held)
        return all(
            self._all[name] - held[name] >= _kept(self._all[name])
            for name in self._classes_of([unit])
        )

    def _classes_of(
        self, units: Collection[tuple[str, str]] | Mapping[tuple[str, str], object]
    ) -> Counter[str]:
        """Return the number of recordings of each class in some units."""
        places = [place for unit in units for place in self.units[unit]]
        return Counter(name for place in places for name in self._candidates[place].classes)


def _kept(recordings: int) -> int:
    """Return how many of a class's recordings stay in training at least."""
    return KEPT_RECORDINGS if recordings >= HELD_RECORDINGS + KEPT_RECORDINGS else KEPT_OF_FEW


def _shuffled(name: str) -> bytes:
    """Return what puts names in an order that is random, and the same on every machine."""
    return hashlib.sha256(name.encode()).digest()
