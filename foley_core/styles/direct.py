"""Direction: from what is seen to what shall sound. Sheet in, sheet out; nothing is read or drawn.

In order: the scene is settled, classes are substituted, each scene becomes its layers, motifs are
scheduled, the pack colours its classes, the prompt has its say, music is added, and last come the
switches and sound filters, so that a person always has the last word. Two calls with equal
arguments give equal sheets: motifs fall where the seed says, slot by slot of the timeline.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from foley_core.cues.filters import MUSIC_CLASS, added_style, apply
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.ids import seed_of
from foley_core.music.moods import MOOD_NAMES, MOODS, TEMPO_RANGE_BPM, ensemble
from foley_core.music.wish import MusicWish
from foley_core.styles.direction import Direction, scene_named
from foley_core.styles.pack import StylePack
from foley_core.styles.pack_schema import THE_SCENE, Latents, Layer, Motif, scene_group
from foley_core.styles.prompting import follow_prompt
from foley_core.timebase import SAMPLE_RATE, seconds_to_samples
from foley_core.types import TimeOfDay

NIGHT_SCENE = "night"


@dataclass(frozen=True, slots=True)
class MusicBed:
    """The music that shall play beneath; its cue on the sheet says when and how loud."""

    mood: str
    tempo_bpm: float
    seed: int
    gain_db: float
    filter_db: float = 0.0
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directed:
    """The directed sheet, the music if any, and what of the wishes could not be followed."""

    sheet: CueSheet
    music: MusicBed | None
    notes: tuple[str, ...]


def direct(detected: CueSheet, pack: StylePack, options: Direction) -> Directed:
    """What shall sound for one region.

    Raises:
        ConfigError: the scene asked for is unknown.
    """
    scenes = [cue for cue in detected.cues if cue.kind == "ambience"]
    if options.scene:
        scenes = [_asked_scene(scene_named(options.scene), scenes, detected.samples)]
    scenes = [_substituted(cue, pack) for cue in scenes]
    actions = [_substituted(cue, pack) for cue in detected.cues if cue.kind == "action"]
    others = [cue for cue in detected.cues if cue.kind not in ("action", "ambience")]
    time = options.time_of_day or _time_seen(scenes, options.prompt)
    layers = [layer for cue in scenes for layer in _layers(cue, pack, time)]
    motifs = [
        cue
        for motif in pack.motifs
        if not motif.times or time in motif.times
        for cue in _motif_cues(motif, scenes, actions, pack, options.seed)
    ]
    styles = _styles_by_class(pack)
    cues = [_coloured(cue, styles) for cue in (*actions, *layers, *motifs, *others)]
    followed = follow_prompt(
        detected.with_cues(cues), options.prompt, options.negative_prompt, music=options.music
    )
    sheet = followed.sheet
    wish = followed.music
    if options.music and not wish.refused:
        sheet = sheet.with_cues([*sheet.cues, _music_cue(pack, wish.gain_db, sheet.samples)])
    sheet = apply(_switched(sheet, options), options.filters)
    notes = followed.notes
    if not options.music and (options.mood or options.tempo_bpm):
        notes += ("mood and tempo have no effect: music is switched off",)
    return Directed(sheet, _music_bed(sheet, wish, pack, options), notes)


def _asked_scene(scene: str, detected: list[Cue], samples: int) -> Cue:
    """One ambience over the whole picture, as intense as the first detected one."""
    intensity = detected[0].intensity if detected else 0.7
    return Cue("ambience", scene, None, 0, samples, intensity=intensity, source="manifest")


def _substituted(cue: Cue, pack: StylePack) -> Cue:
    name = pack.substitutions.get(cue.sound_class)
    if name is None:
        return cue
    material = cue.material if cue.material in taxonomy().sound_class(name).materials else None
    return replace(cue, sound_class=name, material=material, source=f"pack:{pack.name}")


def _time_seen(scenes: list[Cue], prompt: str) -> TimeOfDay:
    """Night where a scene of the night is seen, or the prompt names one; otherwise day."""
    named = {scene for phrase in vocabulary().read(prompt) for scene in phrase.scenes}
    return "night" if NIGHT_SCENE in {*named, *(cue.sound_class for cue in scenes)} else "day"


def _layers(scene: Cue, pack: StylePack, time: TimeOfDay) -> list[Cue]:
    """The beds that a pack lays for a scene; without any, the scene's own."""
    layers = pack.layers_of(scene.sound_class)
    if layers is None:
        return [replace(scene, gain_db=round(scene.gain_db + pack.mix.ambience_db, 3))]
    return [
        _layer(layer, scene, pack) for layer in layers if not layer.times or time in layer.times
    ]


def _layer(layer: Layer, scene: Cue, pack: StylePack) -> Cue:
    """One bed: as intense as the scene, or as busy as a composition shall be."""
    bed = replace(
        scene,
        gain_db=round(scene.gain_db + layer.level_db + pack.mix.ambience_db, 3),
        style=added_style(scene.style, layer.style.amounts),
        source=f"pack:{pack.name}",
    )
    if layer.composition is not None:
        written = pack.compositions[layer.composition]
        return replace(
            bed,
            sound_class=written.sound_class,
            composition=layer.composition,
            intensity=round(layer.density, 3),
        )
    own = layer.sound_class == THE_SCENE
    return replace(
        bed,
        sound_class=scene.sound_class if own else str(layer.sound_class),
        intensity=round(scene.intensity * layer.density, 3),
    )


def _motif_cues(
    motif: Motif, scenes: list[Cue], actions: list[Cue], pack: StylePack, seed: int
) -> Iterator[Cue]:
    """The cues of a motif, where a scene has it: after actions, or now and then."""
    spans = [
        (cue.onset, cue.offset)
        for cue in scenes
        if {cue.sound_class, scene_group(cue.sound_class)} & set(motif.scenes)
    ]
    composition = pack.composition_of(motif)
    lasts_s = pack.compositions[composition].lasts_s if composition else None
    length = seconds_to_samples(lasts_s or motif.duration_s)
    onsets = _after(motif, actions) if motif.after else _now_and_then(motif, spans, seed)
    for onset in onsets:
        if any(on <= onset and onset + length <= off for on, off in spans):
            yield _motif_cue(motif, composition, onset, onset + length, pack)


def _after(motif: Motif, actions: list[Cue]) -> list[int]:
    """Onsets that follow the actions which the motif answers."""
    names = {one for name in motif.after for one in taxonomy().names_in(name)}
    delay = seconds_to_samples(motif.delay_s)
    return sorted({cue.onset + delay for cue in actions if cue.sound_class in names})


def _now_and_then(motif: Motif, spans: list[tuple[int, int]], seed: int) -> list[int]:
    """One onset in each slot of `60 / per_minute` seconds, at a drawn place.

    Slots are counted from the start of the picture, so that a longer scene or another motif moves
    none of them.
    """
    slot = round(60 * SAMPLE_RATE / (motif.per_minute or 1.0))
    indices = sorted({i for on, off in spans for i in range(on // slot, -(-off // slot))})
    return [
        index * slot + int(seed_of(seed, "motif", motif.name, index) / 2**63 * slot)
        for index in indices
    ]


def _motif_cue(
    motif: Motif, composition: str | None, onset: int, offset: int, pack: StylePack
) -> Cue:
    written = pack.compositions[composition].sound_class if composition else None
    return Cue(
        kind="motif",
        sound_class=written or str(motif.sound_class),
        material=motif.material,
        onset=onset,
        offset=offset,
        intensity=round(motif.intensity, 3),
        gain_db=round(motif.level_db + pack.mix.ambience_db, 3),
        source=f"pack:{pack.name}",
        style=motif.style.style,
        composition=composition,
    )


def _styles_by_class(pack: StylePack) -> dict[str, Latents]:
    """The pack's colours by class; a class named by itself wins over its group."""
    known = taxonomy().all_classes
    groups = {name: style for name, style in pack.styles.items() if name not in known}
    spread = {one: style for name, style in groups.items() for one in taxonomy().names_in(name)}
    return spread | {name: pack.styles[name] for name in pack.styles.keys() - groups.keys()}


def _coloured(cue: Cue, styles: dict[str, Latents]) -> Cue:
    latents = styles.get(cue.sound_class)
    return replace(cue, style=added_style(cue.style, latents.amounts)) if latents else cue


def _music_cue(pack: StylePack, gain_db: float, samples: int) -> Cue:
    level = round(pack.music.level_db + gain_db, 3)
    return Cue("music", MUSIC_CLASS, None, 0, samples, gain_db=level, source=f"pack:{pack.name}")


def _music_bed(
    sheet: CueSheet, wish: MusicWish, pack: StylePack, options: Direction
) -> MusicBed | None:
    cue = next((cue for cue in sheet.cues if cue.kind == "music"), None)
    if cue is None:
        return None
    usual = options.job_mood or pack.music.mood
    mood = options.mood or next(
        name for name in (wish.mood, usual, *MOOD_NAMES) if name and name not in wish.moods_avoided
    )
    usual_bpm = pack.music.tempo_bpm if mood == pack.music.mood else MOODS[mood].tempo_bpm
    asked_bpm = options.tempo_bpm or (options.job_tempo_bpm or usual_bpm) * wish.pace
    return MusicBed(
        mood=mood,
        tempo_bpm=round(min(max(asked_bpm, TEMPO_RANGE_BPM[0]), TEMPO_RANGE_BPM[1]), 3),
        seed=seed_of(options.seed, "music", mood),
        gain_db=cue.gain_db,
        filter_db=cue.filter_db,
        instruments=ensemble(mood, wish.instruments, wish.instruments_avoided),
    )


def _switched(sheet: CueSheet, options: Direction) -> CueSheet:
    on = {
        "ambience": options.environment,
        "motif": options.environment,
        "action": options.action,
        "music": options.music,
    }
    return sheet.with_cues([cue for cue in sheet.cues if on[cue.kind]])
