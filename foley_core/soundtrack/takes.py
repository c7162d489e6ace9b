"""Takes: what short cues ask a generator for, so that five hits on a table sound like one table.

A thing is what has one class and one material within one scene. Scenes and the order of steps are
taken from the sheet as perception wrote it, not as people corrected it: so another take, another
class or a deleted cue changes no other take, and every region has the same things.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.ids import seed_of
from foley_core.models.protocol import Generator, Kin, SoundSpec, Touch
from foley_core.soundtrack.manners import Manner, manner_of
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Json

# How far a touch follows what is usual for its thing rather than chance.
_USUAL = 0.7


class Takes:
    """The takes of one video, by the things that they are of."""

    def __init__(self, seen: CueSheet, seed: int) -> None:
        """Read scenes and order.

        Args:
            seen: the sheet as perception wrote it; its cues have ids.
            seed: the video's noise seed.
        """
        self._seed = seed
        self._scenes = sorted({cue.onset for cue in seen.cues if cue.kind == "ambience"})
        self._onsets: dict[str, list[int]] = defaultdict(list)
        self._ranks: dict[str, int] = {}
        for cue in sorted(seen.cues, key=lambda cue: cue.onset):
            if cue.cue_id:
                self._ranks[cue.cue_id] = len(self._onsets[cue.sound_class])
            self._onsets[cue.sound_class].append(cue.onset)

    def thing_of(self, cue: Cue) -> int:
        """Return the seed of the thing that a cue is a take of."""
        # The scene that has begun by then; whatever sounds before the first belongs to it.
        place = max(bisect_right(self._scenes, cue.onset) - 1, 0)
        begin = self._scenes[place] if self._scenes else 0
        return seed_of(self._seed, "thing", cue.sound_class, cue.material, begin)

    def side_of(self, cue: Cue) -> int:
        """Return which foot (or other part that takes its turn) a cue is of, from 0."""
        sides = manner_of(cue.sound_class).sides
        rank = self._ranks.get(cue.cue_id)
        if rank is None:
            rank = bisect_left(self._onsets.get(cue.sound_class, []), cue.onset)
        return rank % sides

    def kin_of(self, cue: Cue) -> tuple[Kin, ...]:
        """Return what the sound of a cue shares with other takes of its thing."""
        manner, thing = manner_of(cue.sound_class), self.thing_of(cue)
        # Who asks for another take was not content with what the thing has in common.
        share = manner.kin if not cue.take else manner.kin_of_another_take
        if manner.sides == 1:
            return (Kin(thing, share),)
        of_side = min(manner.side_kin, share)
        side = Kin(seed_of(thing, "side", self.side_of(cue)), of_side)
        return (Kin(thing, round(share - of_side, 6)), side)

    def spec_of(self, cue: Cue, generator: Generator) -> SoundSpec:
        """Return the specification of the sound of a short cue."""
        manner, own = manner_of(cue.sound_class), self._own_seed(cue)
        weaker = manner.side_force if self.side_of(cue) else 0.0
        return SoundSpec(
            sound_class=cue.sound_class,
            material=cue.material,
            samples=generator.longest_samples(cue.sound_class),
            intensity=round(min(max(cue.intensity + manner.force - weaker, 0.0), 1.0), 3),
            style=cue.style,
            activity=(),
            channels=1,
            seed=own,
            kin=self.kin_of(cue),
            touches=_touches(manner, self.thing_of(cue), own),
        )

    def _own_seed(self, cue: Cue) -> int:
        return seed_of(self._seed, cue.sound_class, cue.onset, cue.take)

    def struck_again(self, cues: Sequence[Cue]) -> dict[Cue, int]:
        """Return by cue the samples until its thing sounds again; the last of a thing has none."""
        of_thing: dict[int, list[Cue]] = defaultdict(list)
        for cue in sorted(cues, key=lambda cue: cue.onset):
            of_thing[self.thing_of(cue)].append(cue)
        return {
            cue: after.onset - cue.onset
            for takes in of_thing.values()
            for cue, after in pairwise(takes)
            if after.onset > cue.onset
        }


def _touches(manner: Manner, thing: int, own: int) -> tuple[Touch, ...]:
    """Return the touches of a take: each thing has its own gaps and levels, each take differs."""

    def between(low: float, high: float, *what: Json) -> float:
        usual, chance = (_share(seed, *what) for seed in (thing, own))
        return low + (high - low) * (_USUAL * usual + (1 - _USUAL) * chance)

    return tuple(
        Touch(
            after=round(between(*one.after_s, "after", index) * SAMPLE_RATE),
            level_db=round(between(*one.level_db, "level", index), 2),
            scrapes=round(one.scrapes_s * SAMPLE_RATE),
        )
        for index, one in enumerate(manner.touches)
        if _share(own, "touch", index) < one.chance
    )


def _share(seed: int, *what: Json) -> float:
    """Return a number 0..1 that a seed draws."""
    # Seeds have 63 bits.
    return seed_of(seed, *what) / 2**63
