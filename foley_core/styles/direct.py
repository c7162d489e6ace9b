"""Direction: the application of a style pack, a prompt and wishes to a detected cue sheet.

A sheet of what is seen goes in, a sheet of what shall sound for one region comes out. No file is
read, and no state is kept: two calls with equal arguments give equal sheets. The order of the steps
says who wins:

1. the scene is the one asked for, or the detected one;
2. the pack replaces classes, lays ambience beds for each scene, adds motifs and colours classes;
   beds are set against what happens, see `bed_levels`;
3. the prompt changes what it names;
4. music is added;
5. switches and sound filters come last, so that a person has the last word.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from foley_core.cues.filters import MUSIC_CLASS, added_style, apply
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.cues.vocabulary import vocabulary
from foley_core.ids import seed_of
from foley_core.mixing.spaces import SpaceSpan, space_spans
from foley_core.music.moods import MOOD_NAMES, MOODS, TEMPO_RANGE_BPM, ensemble
from foley_core.music.wish import MusicWish
from foley_core.styles.bed_levels import (
    USUAL_EVENTS_DB,
    events_level_db,
    levelled,
    with_joints,
)
from foley_core.styles.diegetic_music import pauses_of_music, without_instruments
from foley_core.styles.direction import Direction
from foley_core.styles.motifs import motif_cues
from foley_core.styles.pack import StylePack
from foley_core.styles.pack_schema import THE_SCENE, Latents, Layer
from foley_core.styles.prompting import follow_prompt
from foley_core.styles.substitution import substituted
from foley_core.styles.wishes import scene_named
from foley_core.types import TimeOfDay

NIGHT_SCENE = "night"
"""Ambience class that makes the time of day night."""


@dataclass(frozen=True, slots=True)
class MusicBed:
    """The music bed of a track; its cue on the sheet says when it plays.

    Attributes:
        mood: a key of `music.moods.MOODS`.
        tempo_bpm: beats per minute.
        seed: seed of the piece.
        gain_db: gain in the mix.
        filter_db: the part of `gain_db` that sound filters added.
        instruments: the players.
    """

    mood: str
    tempo_bpm: float
    seed: int
    gain_db: float
    filter_db: float = 0.0
    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Directed:
    """The result of direction.

    Attributes:
        sheet: the directed cue sheet.
        music: the music bed; None if there is no music.
        notes: sentences for people on wishes that had no effect.
        spaces: which space answers when; none if the row wants it dry.
    """

    sheet: CueSheet
    music: MusicBed | None
    notes: tuple[str, ...]
    spaces: tuple[SpaceSpan, ...] = ()


def direct(detected: CueSheet, pack: StylePack, options: Direction) -> Directed:
    """Return what shall sound for one region.

    Args:
        detected: the sheet that perception wrote, as named by the prompt and as corrected.
        pack: the style pack of the region.
        options: what a job and a row ask for.

    Raises:
        ConfigError: the scene asked for is unknown.
    """
    scenes = [cue for cue in detected.cues if cue.kind == "ambience"]
    if options.scene:
        scenes = [_asked_scene(scene_named(options.scene), scenes, detected.samples)]
    # The pack: other classes first, since layers, motifs and colours are written for the new ones.
    scenes = [substituted(cue, pack, detected.samples) for cue in scenes]
    actions = [
        substituted(cue, pack, detected.samples) for cue in detected.cues if cue.kind == "action"
    ]
    others = [cue for cue in detected.cues if cue.kind not in ("action", "ambience")]
    time = options.time_of_day or _time_seen(scenes, options.prompt)
    events_db = events_level_db(actions)
    beds_db = events_db + pack.mix.ambience_db
    layers = [
        layer
        for cue in with_joints(scenes, detected.samples)
        for layer in levelled(_layers(cue, pack, time), cue.sound_class, beds_db)
    ]
    motifs = [
        # Motifs are as loud against beds as the pack has them, whatever happens.
        replace(cue, gain_db=round(cue.gain_db + events_db - USUAL_EVENTS_DB, 3))
        for motif in pack.motifs
        if not motif.times or time in motif.times
        for cue in motif_cues(motif, scenes, actions, pack, options.seed)
    ]
    styles = _styles_by_class(pack)
    cues = [_coloured(cue, styles) for cue in (*actions, *layers, *motifs, *others)]
    # The prompt comes after the pack: a person's words win over the region's habits.
    followed = follow_prompt(
        detected.with_cues(cues),
        options.prompt,
        options.negative_prompt,
        music=options.music,
        environment=options.environment,
    )
    sheet = _with_added_levelled(followed.sheet, layers, events_db)
    wish = followed.music
    # Music is added after the prompt, so that words about actions and scenes do not touch it.
    if options.music and not wish.refused:
        sheet = sheet.with_cues([*sheet.cues, _music_cue(pack, wish.gain_db, sheet.samples)])
    sheet, left_out = _switched(sheet, options)
    sheet = apply(sheet, options.filters)
    notes = (*followed.notes, *left_out, *_without_effect(options), *pauses_of_music(sheet))
    bed = _music_bed(sheet, wish, pack, options)
    if bed and not options.mood and bed.mood in wish.moods_avoided:
        notes += (
            f"the prompts refuse every mood, so no refusal has an effect: the music is {bed.mood}; "
            "write 'no music' to have none",
        )
    spaces = space_spans(scenes, detected.samples) if options.space == "scene" else ()
    return Directed(sheet, bed, notes, spaces)


def _without_effect(options: Direction) -> Iterator[str]:
    """Yield a sentence on each wish that another wish leaves without effect."""
    if not options.music and (options.mood or options.tempo_bpm):
        yield "mood and tempo have no effect: music is switched off"
    if options.space == "dry" and options.width is not None:
        yield "width has no effect: space is dry, so what happens is in the middle"
    if not options.environment and options.time_of_day:
        yield "time of day has no effect: the environment is switched off"
    if not options.environment and options.scene and options.space == "dry":
        yield "scene has no effect: the environment is switched off, and space is dry"


def _asked_scene(scene: str, detected: list[Cue], samples: int) -> Cue:
    """Return one ambience over the whole video, as intense as the first detected one."""
    intensity = detected[0].intensity if detected else 0.7
    return Cue("ambience", scene, None, 0, samples, intensity=intensity, source="manifest")


def _time_seen(scenes: list[Cue], prompt: str) -> TimeOfDay:
    """Return night if a night scene is seen or named in the prompt, otherwise day."""
    named = {scene for phrase in vocabulary().read(prompt) for scene in phrase.scenes}
    return "night" if NIGHT_SCENE in {*named, *(cue.sound_class for cue in scenes)} else "day"


def _layers(scene: Cue, pack: StylePack, time: TimeOfDay) -> list[Cue]:
    """Return the ambience beds of a scene: those that the pack lays, or else the scene itself."""
    layers = pack.layers_of(scene.sound_class)
    # None: the pack has no entry for the scene. An entry without layers means silence.
    if layers is None:
        return [scene]
    return [
        _layer(layer, scene, pack) for layer in layers if not layer.times or time in layer.times
    ]


def _layer(layer: Layer, scene: Cue, pack: StylePack) -> Cue:
    """Return one bed of a scene. It inherits time and style from the scene's cue."""
    bed = replace(
        scene,
        gain_db=round(scene.gain_db + layer.level_db, 3),
        style=added_style(scene.style, layer.style.amounts),
        source=f"pack:{pack.name}",
    )
    if layer.composition is not None:
        # A composition has no intensity: the cue's value says how busy it is.
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


def _with_added_levelled(sheet: CueSheet, layers: list[Cue], events_db: float) -> CueSheet:
    """Return the sheet with the beds that the prompt added as loud as their scenes are."""
    known = {layer.sound_class for layer in layers}

    def louder(cue: Cue) -> Cue:
        if cue.kind != "ambience" or cue.sound_class in known:
            return cue
        # What the prompt says of its level stays: it is softer than a scene that is seen.
        (usual,) = levelled([replace(cue, gain_db=0.0, filter_db=0.0)], cue.sound_class, events_db)
        return replace(cue, gain_db=round(usual.gain_db + cue.gain_db, 3))

    return sheet.with_cues([louder(cue) for cue in sheet.cues])


def _styles_by_class(pack: StylePack) -> dict[str, Latents]:
    """Return the pack's style latents by class; a class that it names wins over its group."""
    known = taxonomy().all_classes
    groups = {name: style for name, style in pack.styles.items() if name not in known}
    spread = {one: style for name, style in groups.items() for one in taxonomy().names_in(name)}
    return spread | {name: pack.styles[name] for name in pack.styles.keys() - groups.keys()}


def _coloured(cue: Cue, styles: dict[str, Latents]) -> Cue:
    """Return a cue with the style latents of its class added."""
    latents = styles.get(cue.sound_class)
    return replace(cue, style=added_style(cue.style, latents.amounts)) if latents else cue


def _music_cue(pack: StylePack, gain_db: float, samples: int) -> Cue:
    level = round(pack.music.level_db + gain_db, 3)
    return Cue("music", MUSIC_CLASS, None, 0, samples, gain_db=level, source=f"pack:{pack.name}")


def _music_bed(
    sheet: CueSheet, wish: MusicWish, pack: StylePack, options: Direction
) -> MusicBed | None:
    """Return the music bed; None if no music cue is left on the sheet."""
    cue = next((cue for cue in sheet.cues if cue.kind == "music"), None)
    if cue is None:
        return None
    mood = options.mood or _mood(wish, options.job_mood or pack.music.mood)
    # The pack's tempo is meant for the pack's mood; another mood brings its own.
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


def _mood(wish: MusicWish, usual: str) -> str:
    """Return the mood named in the prompt, else the usual one, else the first that is not avoided.

    If all are avoided, none of the refusals counts: only a refusal of music itself stops the music.
    """
    names = [name for name in (wish.mood, usual, *MOOD_NAMES) if name]
    return next((name for name in names if name not in wish.moods_avoided), names[0])


def _switched(sheet: CueSheet, options: Direction) -> tuple[CueSheet, tuple[str, ...]]:
    """Return the sheet without the cues that are switched off, and what to say of them."""
    on = {
        "ambience": options.environment,
        "motif": options.environment,
        "action": options.action,
        "music": options.music,
    }
    sheet = sheet.with_cues([cue for cue in sheet.cues if on[cue.kind]])
    return (sheet, ()) if options.diegetic_music else without_instruments(sheet)
