"""Names by prompt: unsure cues take the classes that the words of a prompt name.

Perception knows when something happens better than what it is. So a neutral impact, a cue of low
confidence and a cue that may well be what is named become what the prompt says; a cue that is seen
for sure keeps its name. No action is invented, since nobody knows when it would happen. Sounds that
last are laid over motion that nothing explains.

It comes before corrections, so that a person's own class wins, and before style packs, so that a
prompt names the same cues in every region.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from foley_core.cues.candidates import Candidates
from foley_core.cues.corrections import material_for, with_ids
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.styles.prompting import kept_by, refused_by
from foley_core.styles.unsure import NEUTRAL_CLASSES, is_detected, is_unsure, unexplained_spans
from foley_core.timebase import SAMPLES_PER_STEP
from foley_core.types import U8

PROMPT_ODDS = 10.0
"""Factor by which a prompt raises the odds of what it names."""

# Words that plainly say that things happen one after another.
_ONE_AFTER_ANOTHER = re.compile(r"\bthen\b|\bfollowed by\b|然后|然後|接着|接著|随后|隨後")


@dataclass(frozen=True, slots=True)
class Named:
    """A sheet with the names of a prompt, and sentences for people on what was named."""

    sheet: CueSheet
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Thing:
    """One thing that a prompt names.

    Attributes:
        classes: classes that it may be.
        usual: the one that unsure cues of its kind are where nothing else tells; None if it names
            only cues that may well be it.
    """

    classes: tuple[str, ...]
    usual: str | None

    def classes_like(self, cue: Cue) -> tuple[str, ...]:
        """Return its classes of the same kind as a cue: those that last, or those that do not."""
        return tuple(name for name in self.classes if _lasts(name) == _lasts(cue.sound_class))

    def is_usual_for(self, cue: Cue) -> bool:
        """Return True if unsure cues of the kind of this one are usually it."""
        return self.usual is not None and _lasts(self.usual) == _lasts(cue.sound_class)


def named_by_prompt(
    sheet: CueSheet,
    candidates: Mapping[str, Candidates],
    motion_energy: U8,
    prompt: str,
    negative: str = "",
) -> Named:
    """Give unsure cues the names that a prompt says.

    Args:
        sheet: the detected sheet; its cues have ids.
        candidates: by the id of a cue, what else it may be.
        motion_energy: (T,) at 25 per second.
        prompt: what shall sound, in words.
        negative: what shall not sound, in words.
    """
    phrases = vocabulary().read(prompt)
    unwanted = (*(one for one in phrases if one.meant.negates), *vocabulary().read(negative))
    refused = {name for phrase in unwanted for name in refused_by(phrase)}
    wanted = [one for one in phrases if not one.meant.negates and not one.meant.keeps]
    things = [thing for one in wanted for thing in _things(one.words, one.music, refused)]
    if not things:
        return Named(sheet)
    kept = [kept_by(phrase) for phrase in phrases if phrase.meant.keeps]
    free = [cue for cue in sheet.cues if is_detected(cue) and not any(k(cue) for k in kept)]
    names = _names(free, things, candidates, bool(_ONE_AFTER_ANOTHER.search(prompt.casefold())))
    cues = [_renamed(cue, names[cue.cue_id]) if cue.cue_id in names else cue for cue in sheet.cues]
    counts = Counter(names.values())
    notes = [f"prompt: {_cues(count)} named {name}" for name, count in counts.items()]
    spans = unexplained_spans(cues, motion_energy, sheet.samples)
    lasting = _unheard(things, cues) if spans else []
    if lasting:
        # What lasts is what moves there, so it explains the hits that nobody can name.
        cues = [cue for cue in cues if not _is_nameless_within(cue, spans)]
        cues += [_laid(name, *span, motion_energy, sheet.samples)
                 for name in lasting for span in spans]  # fmt: skip
        notes += [f"prompt: {one} is laid over {_spans(len(spans))} of unnamed motion"
                  for one in lasting]  # fmt: skip
    return Named(with_ids(sheet.with_cues(cues)), tuple(notes))


def _things(words: str, about_music: bool, refused: set[str]) -> list[_Thing]:
    """Return the things that the words of a phrase name, in their order."""
    meanings = vocabulary().scan(words)[0]
    alternatives: list[tuple[str, ...]] = []
    for names in (meaning.classes for meaning in meanings if meaning.classes):
        # "door slams": both words may mean a slammed door, so they mean that one thing.
        for index, others in enumerate(alternatives):
            if both := tuple(name for name in others if name in names):
                alternatives[index] = both
                break
        else:
            alternatives.append(names)
    # What is far away, or is heard in the music, moves nothing in the picture.
    unseen = about_music or vocabulary().meanings["distant"] in meanings
    things = [_thing(names, refused, unseen=unseen) for names in alternatives]
    # An instrument is of the music; only what may well be one in the picture takes its name.
    played = [meaning.played for meaning in meanings if not meaning.classes]
    things += [_thing(names, refused, unseen=True) for names in played]
    return [thing for thing in things if thing.classes]


def _thing(names: tuple[str, ...], refused: set[str], *, unseen: bool) -> _Thing:
    known = taxonomy().classes
    kinds = {name: known[name].kind for name in names if name in known}
    classes = tuple(n for n, kind in kinds.items() if kind != "ambience" and n not in refused)
    # A word that means a place as well is followed by the bed of the place.
    if unseen or not classes or "ambience" in kinds.values():
        return _Thing(classes, None)
    # "hammer" means any strike or that of a nail: of a class and the only finer one, the finer.
    finer = [name for name in classes if _broader(name) == classes[0]]
    return _Thing(classes, finer[0] if len(finer) == 1 else classes[0])


def _names(
    free: Sequence[Cue],
    things: Sequence[_Thing],
    candidates: Mapping[str, Candidates],
    spread: bool,
) -> dict[str, str]:
    """Return the new names of cues by id; with `spread`, cues that fit all things alike are given
    to them one after another."""
    names: dict[str, str] = {}
    alike: dict[bool, list[Cue]] = {False: [], True: []}
    for cue in free:
        may_be = candidates.get(cue.cue_id, ())
        open_to = [thing for thing in things if _open_to(cue, may_be, thing)]
        if not open_to or any(_is_named(cue, thing) for thing in things):
            continue
        fits = [_fit(cue, may_be, thing) for thing in open_to]
        best = open_to[fits.index(max(fits))]
        if max(fits) == 0.0 and is_unsure(cue) and any(one.is_usual_for(cue) for one in things):
            alike[_lasts(cue.sound_class)].append(cue)
        else:
            names[cue.cue_id] = _likeliest(cue, may_be, best)
    for cues in filter(None, alike.values()):
        usual = [thing.usual for thing in things if thing.usual and thing.is_usual_for(cues[0])]
        for cue, turn in zip(cues, _turns(cues, len(usual) if spread else 1), strict=True):
            names[cue.cue_id] = usual[turn]
    return names


def _is_named(cue: Cue, thing: _Thing) -> bool:
    """Return True if a thing names a cue as it is, and has no finer name for it."""
    finer = thing.usual is not None and _broader(thing.usual) == cue.sound_class
    return cue.sound_class in thing.classes and not finer


def _open_to(cue: Cue, may_be: Candidates, thing: _Thing) -> bool:
    """Return True if a cue may take the name of a thing."""
    classes = thing.classes_like(cue)
    # A finer name of what is seen contradicts nothing: an engine that is a tractor's.
    finer = any(_broader(name) == cue.sound_class for name in classes)
    if thing.is_usual_for(cue) and (finer or is_unsure(cue)):
        return True
    own = dict(may_be).get(cue.sound_class, cue.confidence)
    return any(name in classes and sure * PROMPT_ODDS >= own for name, sure in may_be)


def _fit(cue: Cue, may_be: Candidates, thing: _Thing) -> float:
    """Return how well a thing fits a cue: the probability of its classes, and half of that of
    their relatives in the same group."""
    known = taxonomy().classes
    classes = {*thing.classes_like(cue)}
    groups = {known[name].group for name in classes}
    relatives = {one.name for one in known.values() if one.group in groups}
    # A neutral class is in the group of impacts, and says nothing for any of them.
    relatives -= {*classes, *NEUTRAL_CLASSES}
    exact = sum(sure for name, sure in may_be if name in classes)
    return exact + 0.5 * sum(sure for name, sure in may_be if name in relatives)


def _likeliest(cue: Cue, may_be: Candidates, thing: _Thing) -> str:
    """Return the likeliest class of a thing; where nothing tells, a finer one of the cue's, or the
    usual one, or the first."""
    sure = dict(may_be)

    def likelihood(name: str) -> tuple[float, bool, bool]:
        return sure.get(name, 0.0), _broader(name) == cue.sound_class, name == thing.usual

    return max(thing.classes_like(cue), key=likelihood)


def _turns(cues: Sequence[Cue], count: int) -> list[int]:
    """Return the turn of each cue, 0..count-1 in order of time; turns are parted by the longest
    pauses."""
    pauses = [(after.onset - before.onset, index)
              for index, (before, after) in enumerate(pairwise(cues), 1)]  # fmt: skip
    borders = sorted(index for _, index in sorted(pauses, reverse=True)[: count - 1])
    return [sum(border <= index for border in borders) for index in range(len(cues))]


def _unheard(things: Sequence[_Thing], cues: Sequence[Cue]) -> list[str]:
    """Return the sounds that last, are named, and are not on the sheet, each once."""
    heard = {cue.sound_class for cue in cues}
    absent = [one.usual for one in things if one.usual and not heard & {*one.classes}]
    return list(dict.fromkeys(name for name in absent if _lasts(name)))


def _renamed(cue: Cue, name: str) -> Cue:
    material = material_for(name, cue.material)
    return replace(cue, sound_class=name, material=material, source="manifest")


def _laid(name: str, first: int, end: int, motion_energy: U8, samples: int) -> Cue:
    """Return a sound that lasts from one step to another, as intense as the motion."""
    return Cue(
        kind="action",
        sound_class=name,
        material=material_for(name, None),
        onset=first * SAMPLES_PER_STEP,
        offset=min(end * SAMPLES_PER_STEP, samples),
        # The scale of detected sounds that last, see `cue_detection`.
        intensity=round(0.3 + 0.7 * float(motion_energy[first:end].mean()) / 255.0, 3),
        source="manifest",
    )


def _is_nameless_within(cue: Cue, spans: Sequence[tuple[int, int]]) -> bool:
    step = cue.onset // SAMPLES_PER_STEP
    nameless = is_detected(cue) and cue.sound_class in NEUTRAL_CLASSES
    return nameless and any(first <= step < end for first, end in spans)


def _broader(name: str) -> str | None:
    return taxonomy().classes[name].part_of


def _lasts(name: str) -> bool:
    return taxonomy().sound_class(name).kind == "sustained"


def _cues(count: int) -> str:
    return "1 unsure cue is" if count == 1 else f"{count} unsure cues are"


def _spans(count: int) -> str:
    return "1 span" if count == 1 else f"{count} spans"
