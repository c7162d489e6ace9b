"""Checks of a session on a card: golden vectors, and the embedded model beside the CPU."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from foley_core.cues.sheet import Style
from foley_core.models.embedded.cue_generator import EmbeddedGenerator
from foley_core.models.hunyuan.audio_vae import AudioVae, folded
from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.compiling import compile_blocks, leave_uncompiled
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernel_choice import pinned
from foley_core.models.hunyuan.network_config import (
    AudioVaeConfig,
    ClipLengths,
    DenoiserConfig,
)
from foley_core.models.hunyuan.sampling import hoisted_velocity, latents, published, sample_latent
from foley_core.models.hunyuan.token_layout import longest
from foley_core.models.protocol import SoundSpec
from foley_core.storage.local_copies import cache_folder
from pipelines.benchmarks.card_steps import Card, Figures


def golden(card: Card) -> Figures:
    """Distance of whole walks from the published ones, in shares of their length.

    In float32 without rounding, in bfloat16, compiled, and of all cases in one padded batch.
    """
    state, _ = read_golden(card.golden / "denoiser_state.safetensors")
    _, facts = read_golden(card.golden / "denoiser_cases.safetensors")
    walks, told = read_golden(card.golden / "e2e.safetensors")
    config = DenoiserConfig.from_metadata(facts["config"])
    found: Figures = {}
    for name, dtype, compiles in (
        ("float32", torch.float32, False),
        ("bfloat16", torch.bfloat16, False),
        ("bfloat16_compiled", torch.bfloat16, True),
    ):
        if compiles and not card.kernels.compiled:
            continue
        with torch.device("meta"):
            denoiser = Denoiser(config)
        given = {key: value.to(card.device, dtype) for key, value in state.items()}
        denoiser.load_state_dict(given, assign=True)
        denoiser = denoiser.eval().requires_grad_(False)
        if compiles:
            compile_blocks(denoiser, cache_folder() / "kernels")
        cases = [_case(walks, index) for index in range(len(told["cases"]))]
        found[name] = [
            _distances(card, denoiser, [case], facts, padded=False)
            for case, facts in zip(cases, told["cases"], strict=True)
        ]
        first = told["cases"][0]
        together = [
            case
            for case, facts in zip(cases, told["cases"], strict=True)
            if (facts["steps"], facts["guidance"]) == (first["steps"], first["guidance"])
        ]
        found[f"{name}_padded"] = _distances(card, denoiser, together, first, padded=True)
        leave_uncompiled(denoiser)
    found["sound"] = _sound(card, walks)
    return found


def _distances(
    card: Card,
    denoiser: Denoiser,
    cases: list[dict[str, Tensor]],
    facts: dict[str, Any],
    padded: bool,
) -> list[float]:
    """Distances of the walks of cases that share steps and guidance, in one batch."""
    clips = [
        ClipConditions(
            scene=case["siglip2_feat"][0],
            sync=case["syncformer_feat"][0],
            text=case["text_feat"][0],
            negative_text=case["uncond_text_feat"][0],
            latent_steps=case["noise"].shape[2],
        )
        for case in cases
        for _ in case["noise"]
    ]
    batch = batch_of(clips, _tiled(clips) if padded else None)
    drawn = [row for case in cases for row in case["noise"]]
    noise = torch.zeros(len(drawn), len(drawn[0]), batch.latent_steps)
    for row, one in zip(noise, drawn, strict=True):
        row[:, : one.shape[1]] = one
    schedule = published(facts["steps"])
    kernel = card.kernels.attention if padded and denoiser.dtype == torch.bfloat16 else ""
    with pinned(card.kernels):
        hoisted = HoistedDenoiser(denoiser, schedule.timesteps, kernel)
        velocity = hoisted_velocity(hoisted, batch, facts["guidance"])
        ends = latents(sample_latent(velocity, noise.to(card.device), schedule), batch)
    expected = [row for case in cases for row in case["latent_final"]]
    return [
        float((end.cpu() - right).norm() / right.norm())
        for end, right in zip(ends, expected, strict=True)
    ]


def _tiled(clips: list[ClipConditions]) -> ClipLengths:
    """Lengths of a padded batch, of which every attended stream is a multiple of 16."""
    most = longest([clip.lengths for clip in clips])
    steps, scene, text = (-(-n // 16) * 16 for n in (most.latent_steps, most.scene, most.text))
    return ClipLengths(steps, scene, most.sync, text)


def _sound(card: Card, walks: dict[str, Tensor]) -> list[float]:
    """Largest error of the decoder's samples against the published ones, alone in float32."""
    state, facts = read_golden(card.golden / "dac_state.safetensors")
    vae = AudioVae(AudioVaeConfig.from_metadata(facts["config"]))
    vae.load_state_dict(state, strict=False)
    vae = folded(vae.eval()).to(card.device)
    found = []
    for name in sorted(key.removesuffix(".audio") for key in walks if key.endswith(".audio")):
        wave = vae.decode(walks[f"{name}.latent_final"].to(card.device)).cpu()
        found.append(float((wave - walks[f"{name}.audio"][:, 0]).abs().max()))
    return found


def _case(walks: dict[str, Tensor], index: int) -> dict[str, Tensor]:
    prefix = f"case{index}."
    return {k.removeprefix(prefix): v for k, v in walks.items() if k.startswith(prefix)}


def read_golden(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the parsed metadata of a file of golden vectors."""
    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        told = file.metadata() or {}
    return tensors, {key: _parsed(value) for key, value in told.items()}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def embedded(card: Card) -> Figures:
    """The embedded generator on the card and the CPU: seconds a minute of sound, and levels."""
    asked = [("footstep_walk", 61_440, 1), ("door_slam", 61_440, 1), ("rain", 245_760, 2)]
    specs = [
        SoundSpec(name, None, samples, 0.6, Style(), (), channels, seed)
        for seed, (name, samples, channels) in enumerate(asked * (1 if card.tiny else 4))
    ]
    minutes = sum(spec.samples for spec in specs) / 48_000 / 60
    found: Figures = {}
    sounds: dict[str, list[Any]] = {}
    for device in dict.fromkeys(("cpu", card.device.type)):
        generator = EmbeddedGenerator(device=device, quality="draft" if card.tiny else "standard")
        sounds[device] = generator.generate(specs)
        begun = time.perf_counter()
        generator.generate(specs)
        found[f"{device}_minute_s"] = (time.perf_counter() - begun) / minutes
    for one, other in zip(sounds["cpu"], sounds[card.device.type], strict=True):
        levels = [20 * np.log10(np.sqrt((sound**2).mean()) + 1e-9) for sound in (one, other)]
        found.setdefault("level_off_db", []).append(float(levels[1] - levels[0]))
    return found


def cues(card: Card) -> Figures:
    """Cues that perception finds on the card and the CPU in rendered worlds, and its seconds."""
    # Needs all libraries of a job: where some are missing, this step alone fails.
    from foley_core.models.embedded.perception import Perception
    from foley_core.models.embedded.weights_folder import find_weights
    from foley_core.soundtrack.request import VideoRequest
    from foley_core.soundtrack.span import clip_ranges, find_footage
    from foley_core.soundtrack.stored_detection import load_detection
    from foley_core.soundtrack.stored_features import detect_video
    from foley_core.soundtrack.video_store import VideoStore
    from foley_core.storage.store import Storage
    from foley_core.world.samples import render_sample, sample_videos

    found: Figures = {}
    sheets: dict[str, list[Any]] = {}
    with TemporaryDirectory() as folder:
        names = [sample.name for sample in sample_videos()][: 1 if card.tiny else 3]
        videos = [Path(folder) / f"{name}.mp4" for name in names]
        for name, path in zip(names, videos, strict=True):
            render_sample(name, path)
        for device in dict.fromkeys(("cpu", card.device.type)):
            perception, begun, seen = Perception(find_weights(), device), time.perf_counter(), 0.0
            for path in videos:
                store = VideoStore(Storage(f"{folder}/{device}"), path.stem)
                footage = find_footage(store, VideoRequest(path.stem, str(path))).footage
                ranges = clip_ranges(footage.span.steps, 1500)
                key = detect_video(store, footage, ranges, perception, lambda share: None)
                sheet = load_detection(store.storage, key).sheet
                sheets.setdefault(device, []).append([asdict(cue) for cue in sheet.cues])
                seen += float(footage.span.duration_s)
            found[f"{device}_minute_s"] = (time.perf_counter() - begun) / seen * 60
        found["same_cues"] = sheets["cpu"] == sheets[card.device.type]
        found["cues"] = [len(sheet) for sheet in sheets["cpu"]]
    return found
