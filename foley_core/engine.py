"""`VideoFoleyEngine`: one video on one machine; the whole product in one call.

    engine = VideoFoleyEngine()
    track = engine.generate("walk.mp4", {"enable_background_music": True}, print)
    track.export("walk.wav")

It runs the same functions as the catalogue job, in the same order, so it gives the same samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints
from foley_core.mixing.target import LoudnessTarget
from foley_core.models.device import usable_device
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.embedded.perception import Perception
from foley_core.models.hunyuan.clip_generator import HunyuanGenerator, HunyuanLooker
from foley_core.models.hunyuan.licence import refusal_of
from foley_core.models.hunyuan.published import GeneratorName
from foley_core.models.hunyuan.single_file import model_and_place
from foley_core.models.protocol import ClipGenerator, Generator
from foley_core.models.track_maker import find_maker
from foley_core.one_thread import multiply_on_one_thread
from foley_core.soundtrack.clips import clip_windows, keep_clips, text_keys
from foley_core.soundtrack.correction_log import with_corrections
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.mix_plan import MixPlan, plan_keys
from foley_core.soundtrack.planning import Scoring, score
from foley_core.soundtrack.prompted import prompted
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.soundtrack import Soundtrack, temporary_store
from foley_core.soundtrack.span import Footage, clip_ranges, find_footage
from foley_core.soundtrack.stored_detection import load_detection
from foley_core.soundtrack.stored_features import detect_video
from foley_core.soundtrack.stored_stems import keep_stems
from foley_core.soundtrack.video_store import VideoStore
from foley_core.soundtrack.visuals import keep_visuals, visual_keys
from foley_core.storage.addresses import absolute_address
from foley_core.storage.store import Storage
from foley_core.styles.pack import StylePack, load_pack
from foley_core.styles.wishes import Wishes
from foley_core.timebase import MOTION_RATE, SAMPLE_RATE
from foley_core.types import Quality, ShareProgress, Tier

CLIP_STEPS = 60 * MOTION_RATE
QUALITY_OF: dict[str, Quality] = {"high": "fine", "standard": "standard", "fast": "draft"}


class EngineConfig(Wishes):
    """Settings of one call of the engine: wishes for the video, and how to generate and master.

    Unknown keys are errors. `tier` and `sync_precision` trade time for quality of generation: which
    network generates, and in how many steps. Every cue is placed to the sample whatever they are.
    Without a loudness or a true peak, the region's style pack decides. With `hold_gain` sound
    filters never move the master, whatever loudness results.
    """

    environment: bool = Field(True, alias="enable_environment_sound")
    action: bool = Field(True, alias="enable_action_foley")
    music: bool = Field(False, alias="enable_background_music")
    diegetic_music: bool = Field(True, alias="enable_diegetic_music")
    tier: Tier = "full"
    sync_precision: Literal["high", "standard", "fast"] = "standard"
    output_sample_rate: int = Field(SAMPLE_RATE, ge=8_000, le=192_000)
    region: str = "neutral"
    hold_gain: bool = False
    loudness_lufs: float | None = Field(None, ge=-40.0, le=-9.0)
    true_peak_dbtp: float | None = Field(None, ge=-20.0, le=-0.1)

    def target(self, pack: StylePack) -> LoudnessTarget:
        """Loudness and true peak: those given here, else the style pack's."""
        loudness, peak = self.loudness_lufs, self.true_peak_dbtp
        return LoudnessTarget(
            loudness_lufs=pack.mix.loudness_lufs if loudness is None else loudness,
            true_peak_dbtp=pack.mix.true_peak_dbtp if peak is None else peak,
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A video whose stems are all stored, ready to be mixed."""

    footage: Footage
    plan: MixPlan


class VideoFoleyEngine:
    """Soundtracks for single videos.

    Args:
        model_path: for the embedded model a folder or `s3://bucket/prefix` with
            `perception.safetensors` (its record beside it), `generator.safetensors`,
            `generator-light.safetensors`, or some of them: what is missing comes from the package,
            and all of it where this is None. For a public model the place of its files, or one
            of these files: it means its folder, and says which model it is.
        device: a torch device, "cpu", "cuda" or "cuda:1"; None takes the GPU where there is one.
        store: where features and stems are kept for reuse; None keeps them while
            the engine or one of its soundtracks lives.
        model: the generator of actions; beds and motifs are always made by the embedded model.
        accept_licence: name of the licence of a public model that the operator accepts.
        anonymise: blur faces and licence plates before anything sees a picture. Files with the
            picture, from `Soundtrack.export`, show it as it is.

    Raises:
        CheckpointError: weights are missing or damaged, or their licence is not accepted;
            `model_path` is a file that is not there, or that is none of the public weights.
        ConfigError: `model_path` or `store` is of a kind that there is not, or `model_path` is
            missing for a public model; there is no such model or device.
        StorageError: it cannot be read.
    """

    def __init__(
        self,
        model_path: str | Path | None = None,
        device: str | None = None,
        store: str | Path | None = None,
        model: GeneratorName = "embedded",
        accept_licence: str | None = None,
        anonymise: bool = False,
    ) -> None:
        for name, place in (("model_path", model_path), ("store", store)):
            if not isinstance(place, str | Path | None):
                raise ConfigError(f"{name} is a {type(place).__name__}; give a text or a Path")
        multiply_on_one_thread()
        self._anonymises = anonymise
        self._device = usable_device(device)
        self.maker = find_maker(*model_and_place(model, model_path), accept_licence)
        if self.maker.public:
            self._looker = HunyuanLooker(self.maker.public, self._device, anonymise)
        self._store = temporary_store() if store is None else Storage(absolute_address(str(store)))
        self._perceptions: dict[Tier, Perception] = {}
        self._generators: dict[tuple[Quality, Tier], EmbeddedGenerator] = {}
        self._clip_generators: dict[Quality, HunyuanGenerator] = {}

    def generator(self, quality: Quality, tier: Tier = "full") -> EmbeddedGenerator:
        """The generator of a quality and a tier, which is loaded once, when it is needed.

        Raises:
            CheckpointError: there are no weights for the tier.
        """
        if (quality, tier) not in self._generators:
            made = EmbeddedGenerator(self.maker.weights, self._device, quality, tier)
            self._generators[quality, tier] = made
        return self._generators[quality, tier]

    def perception(self, tier: Tier = "full") -> Perception:
        """The perception of a tier, which is loaded once, when it is needed.

        Raises:
            CheckpointError: its weights are missing.
        """
        if tier not in self._perceptions:
            made = Perception(self.maker.weights, self._device, self._anonymises, tier)
            self._perceptions[tier] = made
        return self._perceptions[tier]

    def clip_generator(self, quality: Quality) -> HunyuanGenerator | None:
        """Return the generator of whole clips for a quality; None without a public model."""
        if self.maker.public is None:
            return None
        if quality not in self._clip_generators:
            public, device = self.maker.public, self._device
            made = HunyuanGenerator(public, device, quality, self._anonymises, alone=True)
            self._clip_generators[quality] = made
        return self._clip_generators[quality]

    def generate(
        self,
        video_path: str | bytes | PathLike[str],
        config: Mapping[str, Any] | EngineConfig | None = None,
        progress_callback: ShareProgress | None = None,
    ) -> Soundtrack:
        """The soundtrack of one video; `progress_callback` gets numbers from 0 to 1.

        Raises:
            ConfigError: an unknown key or a wrong value in `config`, or a region that the model's
                licence leaves out.
            MediaError: the video cannot be read.
            CheckpointError: weights are damaged, or are no longer where they were.
            GenerationError: the generator failed.
        """
        settings = _config_of(config)
        path = Path(fsdecode(video_path)).absolute()
        request = VideoRequest(path.stem, str(path), settings)
        scoring = Scoring(load_pack(settings.region))
        report = progress_callback or (lambda share: None)
        quality = QUALITY_OF[settings.sync_precision]
        generator, clipwise = self.generator(quality, settings.tier), self.clip_generator(quality)
        planned = self.plan(
            request, scoring, generator, lambda share: report(0.95 * share), clipwise
        )
        track = Soundtrack(
            self._store,
            planned.footage,
            planned.plan,
            Delivery(target=settings.target(scoring.pack), hold_gain=settings.hold_gain),
            settings.output_sample_rate,
            self.maker.label(settings.tier),
        )
        report(1.0)
        return track

    def plan(
        self,
        request: VideoRequest,
        scoring: Scoring,
        generator: Generator,
        progress: ShareProgress,
        clipwise: ClipGenerator | None = None,
    ) -> Planned:
        """See, direct and generate one video; what remains is to mix it.

        Args:
            clipwise: generates the actions as whole clips.

        Raises:
            ConfigError: the licence of the public model leaves out the region.
        """
        if clipwise and (reason := refusal_of(scoring.pack.regions)):
            raise ConfigError(f"{scoring.pack.name}: {reason}")
        progress(0.0)
        store = VideoStore(self._store, request.video_id)
        footage = find_footage(store, request).footage
        span = footage.span
        clips = clip_ranges(span.steps, CLIP_STEPS)
        perception = self.perception(request.wishes.tier or "full")
        key = detect_video(store, footage, clips, perception, lambda share: progress(share / 4))
        named = prompted(load_detection(self._store, key), request.wishes)
        seen = with_corrections(self._store, named, request.video_id)
        scored = score(seen, request, scoring, generator, (clipwise, span) if clipwise else None)
        store.trace(plan_keys(scored.mix_plan))
        keep_stems([(store, scored.stems)], generator, lambda share: progress(0.25 + share / 4))
        if clipwise and scored.clips:
            store.trace(visual_keys(span, self._looker.encoder))
            for clip in clip_windows(span.steps):
                keep_visuals(store, footage, clip, self._looker)
            store.trace(text_keys(scored.clips, clipwise))
            keep_clips([(store, scored.clips)], clipwise, lambda share: progress(0.5 + share / 2))
        progress(1.0)
        return Planned(footage, scored.mix_plan.noting(clipwise.remarks if clipwise else ()))


_KEYS = tuple(field.alias or name for name, field in EngineConfig.model_fields.items())


def _config_of(config: Mapping[str, Any] | EngineConfig | None) -> EngineConfig:
    if isinstance(config, EngineConfig):
        return config
    if config is not None and not isinstance(config, Mapping):
        raise ConfigError(
            f"the configuration is a {type(config).__name__}; "
            "give a dict, such as {'region': 'japan'}"
        )
    try:
        return EngineConfig.model_validate(dict(config or {}))
    except ValidationError as error:
        problems = complaints(error, _KEYS)
        raise ConfigError("the configuration is not valid", problems) from None
