"""`foley benchmark hunyuan`: the public networks with random weights, at full size, on a GPU.

Random weights take as long as real ones. What is measured is a minute of video: looking (both
encoders), denoising and decoding, as a job does them, and beside it a plain path: one clip at a
time, eager, under autocast, with nothing hoisted. On a CPU the tiny model alone runs, to show that
the benchmark works; its figures mean nothing.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from foley_core.errors import ConfigError
from foley_core.messages import unknown
from foley_core.models.hunyuan.batch_shapes import MOST_AT_ONCE_S, BatchShapes
from foley_core.models.hunyuan.batching import ClipConditions, batch_of
from foley_core.models.hunyuan.clip_encoding import autocast_of, scene_features, segments_at_once
from foley_core.models.hunyuan.clip_sampler import DECODED_AT_ONCE_S, padded_lengths, shapes_on
from foley_core.models.hunyuan.compiling import compile_blocks, leave_uncompiled
from foley_core.models.hunyuan.denoiser import Denoiser
from foley_core.models.hunyuan.gpu_memory import memory_needed, require_memory
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernel_choice import find_kernels, pinned
from foley_core.models.hunyuan.network_config import DenoiserConfig
from foley_core.models.hunyuan.published import TINY_MODEL
from foley_core.models.hunyuan.sampling import (
    PUBLISHED_GUIDANCE,
    Schedule,
    hoisted_velocity,
    noise_of,
    plain_velocity,
    published,
    sample_latent,
    second_order_schedule,
)
from foley_core.storage.local_copies import cache_folder
from foley_core.timebase import MOTION_RATE
from pipelines.benchmarks.hunyuan_networks import (
    SIZES,
    TINY,
    random_clip,
    random_denoiser,
    random_pictures,
    random_siglip,
    random_synchformer,
    random_vae,
)

PEAK_BF16_TFLOPS = {"H200": 989.0, "H100 80GB HBM3": 989.0, "H100 PCIe": 756.0, "A100": 312.0}
"""Dense, as the maker states them; of other cards no share is given."""
MINUTE_S = 60.0


def benchmark_hunyuan(model: str, clips: int, seconds: float) -> dict[str, Any]:
    """Seconds a minute of video for each part and for a plain path, memory, share of the peak.

    Args:
        clips: how many are generated; in batches as in a job.
        seconds: length of each.

    Raises:
        ConfigError: there is no such model; or no GPU, and the model is not the tiny one.
        CheckpointError: there is too little memory.
    """
    if model not in SIZES:
        raise ConfigError(unknown("model", model, ("hunyuan-xxl", "hunyuan-xl")))
    on_cuda = torch.cuda.is_available()
    torch.set_num_threads(1)
    if not on_cuda and model != TINY_MODEL:
        raise ConfigError(
            f"there is no GPU here; {model} on a CPU would take hours: try --model {TINY_MODEL}, "
            "which shows that the benchmark works, or run this on the GPU"
        )
    bench = _Bench(SIZES[model], torch.device("cuda" if on_cuda else "cpu"), clips, seconds)
    looked = bench.looking()
    generated, half = bench.generating(), bench.half_the_steps()
    plain = bench.plain()
    whole = looked["encoders_s"] + generated["denoiser_s"] + generated["vae_s"]
    return {
        "model": model,
        "device": torch.cuda.get_device_name() if on_cuda else "cpu",
        "clips": clips,
        "clip_s": seconds,
        "steps": len(published().ahead),
        "guidance": PUBLISHED_GUIDANCE,
        "per_minute_of_video": {**looked, **generated, "whole_s": whole},
        "plain_per_minute_of_video": plain,
        "times_the_plain_path": plain["denoiser_s"] / generated["denoiser_s"],
        "kernels": bench.kernels.name,
        "rows_at_once": bench.rows,
        "start_s": bench.start_s,
        "peak_memory_gib": torch.cuda.max_memory_allocated() / (1 << 30) if on_cuda else None,
        **bench.share_of_peak(generated["denoiser_s"]),
        "half_the_steps": half,
    }


class _Bench:
    """The networks, random, and features of clips of one length."""

    def __init__(
        self, config: DenoiserConfig, device: torch.device, clips: int, seconds: float
    ) -> None:
        self.config, self.device, self.clips, self.seconds = config, device, clips, seconds
        self.kernels = find_kernels(str(device))
        self.dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
        self.padded_s = BatchShapes(MOST_AT_ONCE_S).padded_s(math.ceil(seconds * MOTION_RATE))
        self.rows = min(clips, shapes_on(config, device, 1.0).rows(self.padded_s))
        require_memory(memory_needed(config, self.dtype, self.rows), device)
        begun = time.perf_counter()
        self.denoiser = random_denoiser(config, device, self.dtype)
        self.tiny = config is TINY
        self.minutes = clips * seconds / MINUTE_S
        self.features = [random_clip(config, seconds, index) for index in range(clips)]
        self.size = padded_lengths(self.padded_s) if device.type == "cuda" else None
        self._begun, self.start_s = begun, 0.0

    def looking(self) -> dict[str, float]:
        """Both visual encoders on pictures that are scaled already."""
        siglip = random_siglip(self.tiny, self.device)
        synchformer = random_synchformer(self.tiny, self.device)
        scene, sync = random_pictures(self.tiny, self.seconds)
        at_once = segments_at_once(self.device)

        def see_scene() -> object:
            return scene_features(siglip, scene)

        def see_motion() -> object:
            with autocast_of(self.device):
                return synchformer.encode(sync, at_once)

        works = {"siglip_s": see_scene, "synchformer_s": see_motion}
        found = {n: self._seconds(work) * self.clips / self.minutes for n, work in works.items()}
        return {**found, "encoders_s": sum(found.values())}

    def generating(self) -> dict[str, float]:
        """Denoising in batches, hoisted and compiled, and decoding in batches."""
        if self.kernels.compiled:
            compile_blocks(self.denoiser, cache_folder() / "kernels")
        denoising = self._denoising(published())
        denoising()  # compiles
        self.start_s = time.perf_counter() - self._begun
        batches = -(-self.clips // self.rows)
        spent = self._seconds(denoising) * batches
        vae, rows = random_vae(self.tiny, self.device), 1
        if self.size is not None:
            rows = min(self.rows, max(1, DECODED_AT_ONCE_S // self.padded_s))
        steps = self.size.latent_steps if self.size else self.features[0].latent_steps
        own = [self.features[0].latent_steps] * rows if self.size else None
        latent = torch.randn(rows, self.config.latent_channels, steps, device=self.device)
        decoded = self._seconds(lambda: vae.decode(latent, own)) * -(-self.clips // rows)
        return {"denoiser_s": spent / self.minutes, "vae_s": decoded / self.minutes}

    def plain(self) -> dict[str, float]:
        """One clip at a time, eager, under autocast, everything computed at every step."""
        leave_uncompiled(self.denoiser)
        batch = batch_of(self.features[:1])
        schedule = published()
        noise = noise_of([1], batch, self.denoiser)

        def denoise() -> object:
            with torch.autocast(self.device.type, torch.bfloat16):
                velocity = plain_velocity(self.denoiser, batch, schedule, PUBLISHED_GUIDANCE)
                return sample_latent(velocity, noise, schedule)

        return {"denoiser_s": self._seconds(denoise) * self.clips / self.minutes}

    def share_of_peak(self, denoiser_s: float) -> dict[str, float | None]:
        """Operations that the published formula needs a second, and their share of the card's."""
        with torch.device("meta"):
            network = Denoiser(self.config).to(torch.bfloat16)
            one = batch_of([_on_meta(features) for features in self.features[:1]])
            both = one.unconditioned(network.empty_clip_feat, network.empty_sync_feat)
            x = torch.empty(2, self.config.latent_channels, one.latent_steps)
        layout = one.layout(self.config.head_width, torch.device("meta")).doubled()
        with FlopCounterMode(display=False) as counter:
            given = both.joined(one.conditions).to(network.device, network.dtype)
            network(x, torch.empty(2, device="meta"), given, layout)
        tera = counter.get_total_flops() / 1e12 * len(published().ahead) * self.clips / self.minutes
        name = torch.cuda.get_device_name() if self.device.type == "cuda" else ""
        peak = next((value for card, value in PEAK_BF16_TFLOPS.items() if card in name), None)
        reached = tera / denoiser_s
        return {
            "denoiser_tflop_per_minute": tera,
            "denoiser_tflops": reached,
            "share_of_bf16_peak": reached / peak if peak else None,
        }

    def half_the_steps(self) -> dict[str, float]:
        """The second-order path of 25 steps: its time, and how far it ends from the published."""
        whole, half = self._denoising(published())(), self._denoising(second_order_schedule(25))
        distance = float((half() - whole).norm() / whole.norm())
        batches = -(-self.clips // self.rows)
        return {
            "denoiser_s": self._seconds(half) * batches / self.minutes,
            "relative_distance": distance,
        }

    def _denoising(self, schedule: Schedule) -> Callable[[], Tensor]:
        hoisted = HoistedDenoiser(self.denoiser, schedule.timesteps, self.kernels.attention)
        batch = batch_of(self.features[: self.rows], self.size)
        noise = noise_of(list(range(self.rows)), batch, self.denoiser)

        def denoise() -> Tensor:
            with pinned(self.kernels):
                velocity = hoisted_velocity(hoisted, batch, PUBLISHED_GUIDANCE)
                return sample_latent(velocity, noise, schedule)

        return denoise

    def _seconds(self, work: Callable[[], object]) -> float:
        """Wall time of the second run."""
        work()
        self._wait()
        begun = time.perf_counter()
        work()
        self._wait()
        return time.perf_counter() - begun

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def _on_meta(features: ClipConditions) -> ClipConditions:
    return ClipConditions(
        scene=features.scene.to("meta"),
        sync=features.sync.to("meta"),
        text=features.text.to("meta"),
        negative_text=features.negative_text.to("meta"),
        latent_steps=features.latent_steps,
    )
