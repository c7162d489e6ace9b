"""Steps of a session on a card: each tries one thing and returns figures that JSON can hold.

Each runs in a process of its own, so that one that fails or hangs costs no other. Networks are of
random weights, but for the golden vectors. On a CPU all of them run at tiny size, to show that they
work; the figures then mean nothing.
"""

import hashlib
import shutil
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from foley_core.models.hunyuan.attention import as_scores, attend
from foley_core.models.hunyuan.batch_shapes import MOST_AT_ONCE_S, BatchShapes
from foley_core.models.hunyuan.batching import batch_of
from foley_core.models.hunyuan.clip_encoding import autocast_of, rounded_products, scene_features
from foley_core.models.hunyuan.clip_sampler import padded_lengths
from foley_core.models.hunyuan.compiling import compile_blocks
from foley_core.models.hunyuan.gpu_driver import driver_version
from foley_core.models.hunyuan.hoisting import HoistedDenoiser
from foley_core.models.hunyuan.kernel_choice import find_kernels, pinned
from foley_core.models.hunyuan.kernels import AttentionKernel, Kernels
from foley_core.models.hunyuan.preprocessing import normalised
from foley_core.models.hunyuan.published import TINY_MODEL
from foley_core.models.hunyuan.sampling import (
    PUBLISHED_GUIDANCE,
    StepVelocity,
    hoisted_velocity,
    noise_of,
    published,
    sample_latent,
    second_order_schedule,
)
from foley_core.storage.local_copies import cache_folder
from pipelines.benchmarks.hunyuan import benchmark_hunyuan
from pipelines.benchmarks.hunyuan_networks import (
    SIZES,
    random_clip,
    random_denoiser,
    random_pictures,
    random_siglip,
    random_synchformer,
    random_vae,
)

Figures = dict[str, Any]
KERNELS: tuple[AttentionKernel, ...] = ("", "cudnn", "efficient")


class Card:
    """The device of a session and a model's networks on it, each made when it is first needed."""

    def __init__(self, model: str, golden: Path) -> None:
        """Take names; `golden` is the folder of golden vectors."""
        self.model, self.golden = model, golden
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tiny = model == TINY_MODEL
        self.config = SIZES[model]
        self.dtype = torch.bfloat16 if self.device.type == "cuda" else torch.float32

    @cached_property
    def kernels(self) -> Kernels:
        """Kernels that a job would take here; finding them compiles one."""
        return find_kernels(str(self.device))

    def wait(self) -> None:
        """Wait until the card has done what it was given."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def seconds(self, work: Callable[[], object], times: int = 3) -> float:
        """Return the shortest wall time of some runs, after one that warms up."""
        work()
        self.wait()
        spent = []
        for _ in range(times):
            begun = time.perf_counter()
            work()
            self.wait()
            spent.append(time.perf_counter() - begun)
        return min(spent)

    def denoiser(self) -> HoistedDenoiser:
        """Return the denoiser as a job has it: compiled where that works, prepared for 50 steps."""
        denoiser = random_denoiser(self.config, self.device, self.dtype)
        if self.kernels.compiled:
            compile_blocks(denoiser, cache_folder() / "kernels")
        return HoistedDenoiser(denoiser, published().timesteps, self.kernels.attention)

    def walk(
        self, hoisted: HoistedDenoiser, padded_s: int, rows: int, first: int = 0
    ) -> tuple[StepVelocity, Tensor]:
        """Return the velocity and the noise of a padded batch; clips are numbered from `first`."""
        seeds = list(range(first, first + rows))
        clips = [random_clip(self.config, padded_s, seed) for seed in seeds]
        batch = batch_of(clips, padded_lengths(padded_s))
        noise = noise_of(seeds, batch, hoisted.denoiser)
        return hoisted_velocity(hoisted, batch, PUBLISHED_GUIDANCE), noise


def versions(card: Card) -> Figures:
    """Torch, its libraries, the driver, the compiler and the kernels chosen."""
    on_cuda = card.device.type == "cuda"
    order: Callable[[], list[object]] = getattr(torch._C, "_get_sdp_priority_order", list)
    return {
        "device": torch.cuda.get_device_name() if on_cuda else "cpu",
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if on_cuda else None,  # type: ignore[no-untyped-call]
        "driver": driver_version(),
        "compiler": shutil.which("gcc") or shutil.which("clang"),
        "kernels": card.kernels.name,
        "remark": card.kernels.remark,
        "attention_order": [str(each) for each in order()],
    }


def attention(card: Card) -> Figures:
    """Milliseconds and error of each kernel, with masks, and with values strided as published."""
    heads, width = (2, 16) if card.tiny else (12, 128)
    found: Figures = {}
    for name, queries, keys in (("joint", 880, 880), ("audio", 752, 752), ("text", 880, 80)):
        if card.tiny:
            queries, keys = queries // 11 // 16 * 16, keys // 5 // 16 * 16
        generator = torch.Generator().manual_seed(0)
        query, key, value = (
            torch.randn(8, count, heads, width, generator=generator).to(card.device, card.dtype)
            for count in (queries, keys, keys)
        )
        mask = (torch.arange(keys, device=card.device) < keys - 7).expand(8, keys)[:, None, None]
        with torch.no_grad():
            exact = attend(query[:1].double(), key[:1].double(), value[:1].double(), mask[:1])
        strided = torch.stack([value] * 3, dim=-1)[..., 0]
        for kernel in KERNELS:
            scores = as_scores(mask, card.dtype) if kernel else mask
            for kind, values in (("", value), ("_strided", strided)):
                label = f"{name}_{kernel or 'chosen'}{kind}"
                try:
                    found[label] = _tried(card, query, key, values, scores, kernel, exact)
                except RuntimeError as error:
                    found[label] = str(error).splitlines()[0]
    return found


def _tried(
    card: Card,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None,
    kernel: AttentionKernel,
    exact: Tensor,
) -> dict[str, float]:
    with torch.no_grad():
        error = (attend(query, key, value, mask, kernel)[:1].double() - exact).abs().max()
        spent = card.seconds(lambda: attend(query, key, value, mask, kernel))
    return {"ms": 1000 * spent, "error": float(error)}


def first_step(card: Card) -> Figures:
    """Seconds to make the denoiser, of its first step, and what lengths compile anew."""
    from torch._dynamo.utils import counters

    begun = time.perf_counter()
    hoisted = card.denoiser()
    card.wait()
    found: Figures = {"make_s": time.perf_counter() - begun}
    for padded_s in (1, 3) if card.tiny else (15, 7, 11, 3):
        with pinned(card.kernels):
            velocity, noise = card.walk(hoisted, padded_s, 2)
            begun = time.perf_counter()
            velocity(noise, 0)
            card.wait()
        found[f"first_{padded_s}s_s"] = time.perf_counter() - begun
    found["graphs"] = counters["stats"]["unique_graphs"]
    found["breaks"] = sum(counters["graph_break"].values())
    return found


def step_time(card: Card) -> Figures:
    """Milliseconds of a step by rows and seconds, and for each minute of clips at 50 steps."""
    hoisted, found = card.denoiser(), dict[str, Any]()
    shapes = BatchShapes(MOST_AT_ONCE_S)
    for padded_s in (1, 3) if card.tiny else (15, 7, 3):
        for rows in (1, 2) if card.tiny else sorted({1, 2, 4, 8, shapes.rows(padded_s)}):
            with pinned(card.kernels):
                velocity, noise = card.walk(hoisted, padded_s, rows)
                spent = card.seconds(lambda v=velocity, x=noise: v(x, 0))  # type: ignore[misc]
            minute = spent * 50 * 60 / (padded_s * rows)
            found[f"{rows}x{padded_s}s"] = {"ms": 1000 * spent, "minute_s": minute}
    return found


def profile(card: Card) -> Figures:
    """Kernels of one step by time, how many there are, and how long the card idles in it."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiled

    hoisted = card.denoiser()
    kinds = [ProfilerActivity.CPU]
    if card.device.type == "cuda":
        kinds.append(ProfilerActivity.CUDA)
    with pinned(card.kernels):
        velocity, noise = card.walk(hoisted, 1 if card.tiny else 13, 2 if card.tiny else 3)
        step_s = card.seconds(lambda: velocity(noise, 0))
        with profiled(activities=kinds) as seen:
            velocity(noise, 0)
            card.wait()
    on_cuda = card.device.type == "cuda"
    name = "self_device_time_total" if on_cuda else "self_cpu_time_total"
    events = sorted(seen.key_averages(), key=lambda event: -getattr(event, name))
    total_us = sum(getattr(event, name) for event in events)
    return {
        "step_ms": 1000 * step_s,
        "kernels": sum(event.count for event in events if getattr(event, name) > 0),
        "idle": max(0.0, 1 - total_us / 1e6 / step_s) if on_cuda else None,
        "top": [
            [event.key[:80], event.count, round(getattr(event, name) / total_us, 4)]
            for event in events[:25]
        ],
    }


def encoders(card: Card) -> Figures:
    """Encoders and decoder for a clip of 15 s: seconds, and how far rounding moves features."""
    seconds = 1.0 if card.tiny else 15.0
    scene, sync = random_pictures(card.tiny, seconds)
    siglip = random_siglip(card.tiny, card.device)
    synchformer = random_synchformer(card.tiny, card.device)

    def plainly() -> Tensor:
        pixels = normalised(scene[:16].to(card.device))
        with torch.no_grad():
            pooled: Tensor = siglip(pixel_values=pixels).pooler_output
        return pooled

    exact = plainly()
    with rounded_products(card.device):
        moved = float((plainly() - exact).norm() / exact.norm())
        found: Figures = {"siglip_16_rounded_s": card.seconds(plainly)}
    found |= {
        "siglip_16_exact_s": card.seconds(plainly),
        "siglip_rounding": moved,
        "siglip_clip_s": card.seconds(lambda: scene_features(siglip, scene), 1),
    }
    for at_once in (8, 23, 46):
        with autocast_of(card.device):
            spent = card.seconds(lambda n=at_once: synchformer.encode(sync, n), 1)  # type: ignore[misc]
        found[f"synchformer_{at_once}_s"] = spent
    vae, steps = random_vae(card.tiny, card.device), int(seconds * 50)
    for rows in (1, 2, 3):
        latent = torch.randn(rows, vae.config.latent_channels, steps, device=card.device)
        own = [steps - 2] * rows
        found[f"vae_{rows}_s"] = card.seconds(lambda x=latent: vae.decode(x))  # type: ignore[misc]
        found[f"vae_{rows}_padded_s"] = card.seconds(lambda x=latent, n=own: vae.decode(x, n))  # type: ignore[misc]
    return found


def bits(card: Card) -> Figures:
    """Digests of one clip's latent after ten steps: alone in its row, in another row, once more.

    A session runs this in two processes with kernel caches of their own.
    """
    hoisted, padded_s = card.denoiser(), 1 if card.tiny else 15
    schedule = second_order_schedule(9)
    hoisted = HoistedDenoiser(hoisted.denoiser, schedule.timesteps, card.kernels.attention)
    found: Figures = {}
    with pinned(card.kernels):
        for name, first in (("first_row", 0), ("last_row", -2), ("again", 0)):
            seeds = [abs(first + row) for row in range(3)]
            clips = [random_clip(card.config, padded_s, seed) for seed in seeds]
            batch = batch_of(clips, padded_lengths(padded_s))
            noise = noise_of(seeds, batch, hoisted.denoiser)
            end = sample_latent(
                hoisted_velocity(hoisted, batch, PUBLISHED_GUIDANCE), noise, schedule
            )
            row = end[seeds.index(0)].float().cpu().numpy().tobytes()
            found[name] = hashlib.sha256(row).hexdigest()[:16]
    found["rows_agree"] = found["first_row"] == found["last_row"] == found["again"]
    return found


def whole(card: Card) -> Figures:
    """The benchmark, beside the plain path."""
    return benchmark_hunyuan(card.model, 2 if card.tiny else 6, 1.0 if card.tiny else 15.0)
