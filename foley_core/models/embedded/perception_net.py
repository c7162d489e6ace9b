"""The networks of perception: a residual CNN on motion, a ViT on the scene, a temporal head.

*When* is decided apart from *what*. Light residual networks look at the motion maps of a step, the
whole, and closely at the place that moved most, since a hit is small (see `motion_encoder`); a
small vision transformer looks at the scene twice a second; the head lets each motion step ask the
scene around it (cross-attention) and weighs what happens within about ±2 s (dilated convolutions).
Its onset vector lives in a space shared with sounds (see `joint_space`). Whether something sounds
at all is asked of a second reader too, which knows neither place nor look (see `plain_reader`);
their logits are averaged.

Pure tensors in and out: nothing here knows videos, thresholds or cue sheets.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.features import TOKENS_PER_SCENE
from foley_core.models.embedded.motion_encoder import WIDTH, MotionEncoder
from foley_core.models.embedded.plain_reader import PlainReader
from foley_core.models.layers import along_steps
from foley_core.timebase import STEPS_PER_SCENE

AUDIO_PREFIX = "audio."
"""Of tensors beside these networks' own: the audio encoder, which only an evaluation needs."""
JOINT_WIDTH = 64
SCENE_SIDE_PX = 128

_SCENE_WIDTH = 96
_HEADS = 4
_SCENE_REACH_STEPS = 2 * STEPS_PER_SCENE
_DILATIONS = (1, 2, 4, 1, 2, 4, 8, 1, 2)
_TEMPERATURE = 0.1
_STRONGEST_NO = (-1.5, -0.4)
_TEXTURES = (1.5, 1.8)
"""The head's least onset logit where pictures are textured like those that it learned from, and
where they are finer; see `texture`."""

ACTIONS = tuple(c.name for c in taxonomy().of_kind("action"))
SUSTAINED = tuple(c.name for c in taxonomy().of_kind("sustained"))
AMBIENCES = tuple(c.name for c in taxonomy().of_kind("ambience"))
MATERIALS = taxonomy().materials


@dataclass(frozen=True, slots=True)
class Readings:
    """What the head says about each motion step; logits where a probability is meant.

    onset (B, T) · shift (B, T) steps, -0.5..0.5 · joint (B, T, 64) of unit length ·
    action (B, T, actions) · material (B, T, materials) · intensity (B, T) ·
    activity (B, T, sustained classes).
    """

    onset: Tensor
    shift: Tensor
    joint: Tensor
    action: Tensor
    material: Tensor
    intensity: Tensor
    activity: Tensor


class _Block(nn.Module):
    """A transformer block, normalised before each part."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.joint = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        batch, count, width = tokens.shape
        parts = self.joint(self.norm_attention(tokens)).view(batch, count, 3, _HEADS, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        scores = (query @ key.transpose(-1, -2)) * (width // _HEADS) ** -0.5
        mixed = (scores.softmax(dim=-1) @ value).transpose(1, 2).reshape(batch, count, width)
        tokens = tokens + self.out(mixed)
        fed: Tensor = tokens + self.feed_forward(tokens)
        return fed


class SceneEncoder(nn.Module):
    """A small ViT on a convolutional stem: one picture → a token for each sixteenth of it.

    Convolutions before the transformer learn from far fewer pictures than patches do (Xiao et al.,
    "Early Convolutions Help Transformers See Better", 2021).
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 48, 64, _SCENE_WIDTH)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.ReLU()]
        self.stem = nn.Sequential(*layers, nn.GroupNorm(8, _SCENE_WIDTH))
        patches = (SCENE_SIDE_PX // 2 ** (len(widths) - 1)) ** 2
        self.position = nn.Parameter(0.1 * torch.randn(1, patches, _SCENE_WIDTH))
        self.blocks = nn.Sequential(*[_Block(_SCENE_WIDTH) for _ in range(2)])
        self.project = nn.Sequential(nn.LayerNorm(_SCENE_WIDTH), nn.Linear(_SCENE_WIDTH, WIDTH))

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, 3, 128, 128) in -1..1 → (B, 16, 128), row by row."""
        patches = self.stem(pictures).flatten(2).transpose(1, 2) + self.position
        mixed = self.blocks(patches)
        grid = mixed.transpose(1, 2).unflatten(2, (8, 8))
        regions = functional.avg_pool2d(grid, 2).flatten(2).transpose(1, 2)
        tokens: Tensor = self.project(regions)
        return tokens


class _TemporalBlock(nn.Module):
    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.along = nn.Conv1d(WIDTH, WIDTH, 5, padding=2 * dilation, dilation=dilation)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, steps: Tensor, valid: Tensor) -> Tensor:
        along = along_steps(self.along, self.norm(steps) * valid)
        mixed: Tensor = steps + self.out(functional.gelu(along))
        return mixed


class TemporalHead(nn.Module):
    """Motion and scene tokens of a window → readings for every step."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key_value = nn.Linear(WIDTH, 2 * WIDTH)
        self.fuse = nn.Linear(WIDTH, WIDTH)
        self.blocks = nn.ModuleList(_TemporalBlock(dilation) for dilation in _DILATIONS)
        self.norm = nn.LayerNorm(WIDTH)
        self.onset = nn.Linear(WIDTH, 2)
        self.joint = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, JOINT_WIDTH)
        )
        self.prototypes = nn.Parameter(torch.randn(len(ACTIONS), JOINT_WIDTH))
        self.details = nn.Linear(WIDTH, len(MATERIALS) + 1)
        self.activity = nn.Linear(WIDTH, len(SUSTAINED))
        self.ambience = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, len(AMBIENCES)))
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, motion: Tensor, scene: Tensor, valid: Tensor, seen: Tensor) -> Readings:
        """Read a window that begins at a scene step.

        Args:
            motion: (B, T, 128), T a multiple of 12.
            scene: (B, T / 12 · 16, 128).
            valid: (B, T) whether the video has that step.
            seen: (B, T / 12) whether the video has that scene step.
        """
        mask = valid[:, :, None].to(motion.dtype)
        steps = (motion + self._scene_around(motion, scene, seen)) * mask
        for block in self.blocks:
            steps = block(steps, mask)
        steps = self.norm(steps)
        onset, shift = self.onset(steps).unbind(-1)
        joint = functional.normalize(self.joint(steps), dim=-1)
        details = self.details(steps)
        return Readings(
            onset=onset,
            shift=0.5 * torch.tanh(shift),
            joint=joint,
            action=self.classify(joint),
            material=details[..., :-1],
            intensity=details[..., -1],
            activity=self.activity(steps),
        )

    def classify(self, joint: Tensor) -> Tensor:
        """Action logits of joint vectors (…, 64): cosine to each class's prototype."""
        prototypes = functional.normalize(self.prototypes, dim=-1)
        return joint @ prototypes.T / _TEMPERATURE

    def place(self, scene: Tensor) -> Tensor:
        """Ambience logits (B, ambiences) of one picture's tokens (B, 16, 128)."""
        logits: Tensor = self.ambience(scene.mean(dim=1))
        return logits

    def _scene_around(self, motion: Tensor, scene: Tensor, seen: Tensor) -> Tensor:
        batch, steps, _ = motion.shape
        query = self.query(motion).view(batch, steps, _HEADS, -1).transpose(1, 2)
        parts = self.key_value(scene).view(batch, scene.shape[1], 2, _HEADS, -1)
        key, value = parts.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) * (WIDTH // _HEADS) ** -0.5
        near = _near(steps, motion.device)[None] & seen[:, None, :]
        allowed = near.repeat_interleave(TOKENS_PER_SCENE, dim=2)[:, None]
        weights = scores.masked_fill(~allowed, -1e4).softmax(dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, steps, WIDTH)
        fused: Tensor = self.fuse(mixed)
        return fused


def _near(steps: int, device: torch.device) -> Tensor:
    """(T, T / 12): whether a scene picture is close enough to a motion step to be asked."""
    at = torch.arange(steps, device=device)[:, None]
    scenes = torch.arange(0, steps, STEPS_PER_SCENE, device=device)[None]
    return (at - scenes).abs() <= _SCENE_REACH_STEPS


class PerceptionNet(nn.Module):
    """All of it, as one set of weights: `motion`, `scene`, `head`, `plain`."""

    def __init__(self) -> None:
        super().__init__()
        self.motion = MotionEncoder()
        self.scene = SceneEncoder()
        self.head = TemporalHead()
        self.plain = PlainReader()

    def sharpened(
        self, readings: Readings, statistics: Tensor, texture: Tensor, valid: Tensor
    ) -> Readings:
        """What the head read, its onsets averaged with those of the plain reader.

        The head may speak for an onset as loudly as it likes, against one only so far: where it has
        never seen the like it says no to everything. So the less a picture is textured like those
        that it learned from, the less it may say no.

        Args:
            statistics: (B, T, 137). texture: (B, T / 12). valid: (B, T).
        """
        onset, shift = self.plain(statistics, valid)
        plain, fine = _TEXTURES
        unlike = ((texture - plain) / (fine - plain)).clamp(0.0, 1.0)
        known, unknown = _STRONGEST_NO
        least = (known + (unknown - known) * unlike).repeat_interleave(STEPS_PER_SCENE, dim=1)
        heard = readings.onset.maximum(least)
        return replace(readings, onset=0.5 * (heard + onset), shift=0.5 * (readings.shift + shift))
