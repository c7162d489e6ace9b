"""The networks of perception: a CNN on motion, a vision transformer on the scene, a temporal head.

*When* something sounds is decided apart from *what* it is:

- `MotionEncoder` (its own file) looks at the motion maps of every step, 25 per second: at the whole
  picture, and closely at the place that moved most, since a hit is small.
- `SceneEncoder`, a small vision transformer (ViT), looks at the scene about twice per second.
- `TemporalHead` lets each motion step attend to the scenes around it, weighs what happens within
  about ±2 s, and reads off onset, action, material and the rest. Its onset vector lies in a space
  shared with sounds (`training.joint_space`).
- `PlainReader` (its own file) judges onsets from motion statistics alone, without place or look.
  Its logits and the head's are averaged.

Tensors in, tensors out: this module knows no videos, thresholds or cue sheets.
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
"""Prefix, in a weights file, of the audio encoder, which only an evaluation needs."""
JOINT_WIDTH = 64
SCENE_SIDE_PX = 128
DILATIONS = (1, 2, 4, 1, 2, 4, 8, 1, 2)
"""Dilations of the blocks along time: with 5 taps they reach 2 · 25 = 50 steps together, ±2 s."""

_SCENE_WIDTH = 96
_HEADS = 4
# A motion step may attend to scene pictures at most two scene steps (about 1 s) away.
_SCENE_REACH_STEPS = 2 * STEPS_PER_SCENE
# Cosines lie in -1..1; divided by this they become logits that a softmax can decide with.
_TEMPERATURE = 0.1
# Least onset logit of the head where pictures are textured like the rendered worlds, and where they
# are finer; and the two textures (see `vision.texture`) between which it moves. -0.4 and the
# textures were chosen on real development clips, see the recipe in `weights/perception.toml`.
_STRONGEST_NO = (-1.5, -0.4)
_TEXTURES = (1.5, 1.8)

ACTIONS = tuple(c.name for c in taxonomy().trained_of_kind("action"))
SUSTAINED = tuple(c.name for c in taxonomy().trained_of_kind("sustained"))
AMBIENCES = tuple(c.name for c in taxonomy().trained_of_kind("ambience"))
MATERIALS = taxonomy().materials


@dataclass(frozen=True, slots=True)
class Readings:
    """Outputs of the head for each motion step. Probabilities are given as logits.

    Attributes:
        onset: (B, T) logit that something begins to sound at the step.
        shift: (B, T) distance of the onset from the time of the step, in steps, -0.5..0.5.
        joint: (B, T, 64) vectors of length 1 in the space shared with sounds.
        action: (B, T, actions) logits, in the order of `ACTIONS`.
        material: (B, T, materials) logits, in the order of `MATERIALS`.
        intensity: (B, T) logit of the intensity.
        activity: (B, T, sustained classes) logits, in the order of `SUSTAINED`.
    """

    onset: Tensor
    shift: Tensor
    joint: Tensor
    action: Tensor
    material: Tensor
    intensity: Tensor
    activity: Tensor


class _Block(nn.Module):
    """A transformer block with normalisation before each of its parts (pre-norm)."""

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
    """A small vision transformer: one picture → 16 tokens, one for each region of a 4 × 4 grid.

    It begins with convolutions, which learn from far fewer pictures than plain patches do (Xiao et
    al., "Early Convolutions Help Transformers See Better", 2021).
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 32, 48, 64, _SCENE_WIDTH)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            # Kernel 3, stride 2: each halves the sides, 128 → 64 → 32 → 16 → 8.
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.ReLU()]
        self.stem = nn.Sequential(*layers, nn.GroupNorm(8, _SCENE_WIDTH))
        patches = (SCENE_SIDE_PX // 2 ** (len(widths) - 1)) ** 2
        self.position = nn.Parameter(0.1 * torch.randn(1, patches, _SCENE_WIDTH))
        self.blocks = nn.Sequential(*[_Block(_SCENE_WIDTH) for _ in range(2)])
        self.project = nn.Sequential(nn.LayerNorm(_SCENE_WIDTH), nn.Linear(_SCENE_WIDTH, WIDTH))

    def forward(self, pictures: Tensor) -> Tensor:
        """Encode pictures (B, 3, 128, 128) in -1..1 as tokens (B, 16, 128), row by row."""
        patches = self.stem(pictures).flatten(2).transpose(1, 2) + self.position
        mixed = self.blocks(patches)
        # 8 × 8 patches become 4 × 4 regions: fewer tokens to store and to attend to.
        grid = mixed.transpose(1, 2).unflatten(2, (8, 8))
        regions = functional.avg_pool2d(grid, 2).flatten(2).transpose(1, 2)
        tokens: Tensor = self.project(regions)
        return tokens


class TemporalBlock(nn.Module):
    """A dilated convolution over the steps, added to its input."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.along = nn.Conv1d(WIDTH, WIDTH, 5, padding=2 * dilation, dilation=dilation)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, steps: Tensor, valid: Tensor) -> Tensor:
        # Normalisation makes steps outside of the video non-zero; they are silenced again, so that
        # what lies beyond the ends does not depend on what a window was padded with.
        along = along_steps(self.along, self.norm(steps) * valid)
        mixed: Tensor = steps + self.out(functional.gelu(along))
        return mixed


class TemporalHead(nn.Module):
    """The head: motion and scene tokens of a window → readings for every motion step."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key_value = nn.Linear(WIDTH, 2 * WIDTH)
        self.fuse = nn.Linear(WIDTH, WIDTH)
        self.blocks = nn.ModuleList(TemporalBlock(dilation) for dilation in DILATIONS)
        self.norm = nn.LayerNorm(WIDTH)
        self.onset = nn.Linear(WIDTH, 2)
        self.joint = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, JOINT_WIDTH)
        )
        self.prototypes = nn.Parameter(torch.randn(len(ACTIONS), JOINT_WIDTH))
        self.details = nn.Linear(WIDTH, len(MATERIALS) + 1)
        self.activity = nn.Linear(WIDTH, len(SUSTAINED))
        self.ambience = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, len(AMBIENCES)))
        # Onsets are rare: start from a probability of 5 % (logit -3).
        nn.init.constant_(self.onset.bias, -3.0)

    def forward(self, motion: Tensor, scene: Tensor, valid: Tensor, seen: Tensor) -> Readings:
        """Read a window that begins at a scene step.

        Args:
            motion: (B, T, 128), T a multiple of 12.
            scene: (B, T / 12 · 16, 128).
            valid: (B, T) True where the video has that step.
            seen: (B, T / 12) True where the video has that scene step.
        """
        return self.read(self.in_scene(motion, scene, valid, seen), valid)

    def in_scene(self, motion: Tensor, scene: Tensor, valid: Tensor, seen: Tensor) -> Tensor:
        """Return the steps (B, T, 128) of a window with what each sees of the scenes around it.

        Args: as `forward`.
        """
        mask = valid[:, :, None].to(motion.dtype)
        return (motion + self._scene_around(motion, scene, seen)) * mask

    def read(self, steps: Tensor, valid: Tensor) -> Readings:
        """Return the readings of steps that `in_scene` returned."""
        mask = valid[:, :, None].to(steps.dtype)
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
        """Return action logits (…, actions) of joint vectors (…, 64).

        The logit is the cosine to the prototype of each class, so that a new class needs no new
        layer, only a new prototype.
        """
        prototypes = functional.normalize(self.prototypes, dim=-1)
        return joint @ prototypes.T / _TEMPERATURE

    def place(self, scene: Tensor) -> Tensor:
        """Return ambience logits (B, ambiences) of the scene tokens (B, 16, 128) of one picture."""
        logits: Tensor = self.ambience(scene.mean(dim=1))
        return logits

    def _scene_around(self, motion: Tensor, scene: Tensor, seen: Tensor) -> Tensor:
        """Let each motion step (B, T, 128) attend to the scene tokens close to it in time."""
        batch, steps, _ = motion.shape
        query = self.query(motion).view(batch, steps, _HEADS, -1).transpose(1, 2)
        parts = self.key_value(scene).view(batch, scene.shape[1], 2, _HEADS, -1)
        key, value = parts.permute(2, 0, 3, 1, 4)
        scores = query @ key.transpose(-1, -2) * (WIDTH // _HEADS) ** -0.5
        near = _near(steps, motion.device)[None] & seen[:, None, :]
        allowed = near.repeat_interleave(TOKENS_PER_SCENE, dim=2)[:, None]
        # -1e4 rather than minus infinity: a step that may attend to no token (outside of the video)
        # gets a plain mean in place of NaN, and `valid` removes it later.
        weights = scores.masked_fill(~allowed, -1e4).softmax(dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, steps, WIDTH)
        fused: Tensor = self.fuse(mixed)
        return fused


def _near(steps: int, device: torch.device) -> Tensor:
    """Return (T, T / 12): True where a motion step may attend to a scene picture."""
    motion_at = torch.arange(steps, device=device)[:, None]
    scene_at = torch.arange(0, steps, STEPS_PER_SCENE, device=device)[None]
    return (motion_at - scene_at).abs() <= _SCENE_REACH_STEPS


class PerceptionNet(nn.Module):
    """All networks of perception as one set of weights: `motion`, `scene`, `head`, `plain`."""

    def __init__(self) -> None:
        super().__init__()
        self.motion = MotionEncoder()
        self.scene = SceneEncoder()
        self.head = TemporalHead()
        self.plain = PlainReader()

    def sharpened(
        self, readings: Readings, statistics: Tensor, texture: Tensor, valid: Tensor
    ) -> Readings:
        """Return the readings of the head, its onsets averaged with those of the plain reader.

        The head's logits are limited downwards only: in pictures unlike those it learned from, it
        denies every onset. So the finer a picture is textured (filmed pictures are finer than
        rendered ones), the less its "no" may count.

        Args:
            readings: of the head.
            statistics: (B, T, 137), see `vision.motion_statistics`.
            texture: (B, T / 12), see `vision.texture`.
            valid: (B, T) True where the video has that step.
        """
        plain_onset, plain_shift = self.plain(statistics, valid)
        rendered_texture, fine_texture = _TEXTURES
        # 0 where a picture is textured like the rendered worlds, 1 where it is finer.
        unlike = ((texture - rendered_texture) / (fine_texture - rendered_texture)).clamp(0.0, 1.0)
        least_known, least_unknown = _STRONGEST_NO
        least = least_known + (least_unknown - least_known) * unlike
        onset = readings.onset.maximum(least.repeat_interleave(STEPS_PER_SCENE, dim=1))
        return replace(
            readings,
            onset=0.5 * (onset + plain_onset),
            shift=0.5 * (readings.shift + plain_shift),
        )
