"""The networks of perception in use: pictures to tokens, tokens to readings and a cue sheet.

Bits do not depend on how a video is divided: a step always sits at the same place of a padded batch
of fixed size, so matrix kernels round alike, and the head reads fixed windows counted from step 0.
Memory is that of a window and, for each motion step, 0.9 kB of features and 60 bytes of readings.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foley_core.cues.candidates import SeenSheet
from foley_core.media.decode import StepPicture
from foley_core.models.checkpoints import fill_network, load_weights
from foley_core.models.embedded.clip_contacts import ClipContacts
from foley_core.models.embedded.cue_detection import StepReadings, Thresholds
from foley_core.models.embedded.evidence import evidence
from foley_core.models.embedded.features import (
    F16,
    RECENT_STEPS,
    TOKENS_PER_SCENE,
    ClipFeatures,
)
from foley_core.models.embedded.filmed_onsets import FilmedOnsets
from foley_core.models.embedded.motion_batch import BATCH_STEPS, MotionBatch
from foley_core.models.embedded.motion_encoder import WIDTH
from foley_core.models.embedded.motion_places import PlaceReader
from foley_core.models.embedded.perception_net import AUDIO_PREFIX, PerceptionNet, Readings
from foley_core.models.embedded.read_window import ReadWindow
from foley_core.models.embedded.sheet_by_sight import sheet_by_sight
from foley_core.models.embedded.slow_net import SlowInputs
from foley_core.models.embedded.slow_onsets import SlowReader
from foley_core.models.embedded.weights_folder import PERCEPTION_FILE, EmbeddedWeights
from foley_core.models.embedded.whereabouts import placed
from foley_core.models.precision import compute_on_one_thread
from foley_core.models.sight.looking import Looking
from foley_core.models.sight.looks import joined
from foley_core.models.sight.sight import Sight
from foley_core.timebase import STEPS_PER_SCENE
from foley_core.types import U8, Tier
from foley_core.vision.changed_columns import COLUMNS, changed_columns
from foley_core.vision.motion import (
    StepMotion,
    step_motions,
)
from foley_core.vision.motion_statistics import STATISTICS, motion_statistics
from foley_core.vision.picture_pairs import PicturePairs
from foley_core.vision.texture import texture

_WINDOW_STEPS = 16 * STEPS_PER_SCENE
"""Motion steps that the head reads at once: 7.68 s."""
_CONTEXT_STEPS = 4 * STEPS_PER_SCENE
"""Motion steps beside a window on either side, which the head sees and does not report: 1.92 s."""


class PerceptionReader:
    """Networks and thresholds of perception, on a device."""

    def __init__(self, weights: EmbeddedWeights, device: str, tier: Tier = "full") -> None:
        """Load weights, and the thresholds on their record.

        Args:
            tier: the light one looks half as often, and at no joints.

        Raises:
            CheckpointError: weights or record are missing, damaged, or of another shape.
            StorageError: they cannot be fetched.
        """
        self._weights = weights
        path = weights.local(PERCEPTION_FILE)
        self.thresholds = Thresholds(*weights.thresholds())
        self.device = torch.device(device)
        self.tier: Tier = tier
        self.sight = Sight(device)
        self.filmed = FilmedOnsets(weights, device)
        self.places = PlaceReader()
        self.net = PerceptionNet()
        state = {
            name: value
            for name, value in load_weights(path, weights.sha256(PERCEPTION_FILE)).items()
            if not name.startswith(AUDIO_PREFIX)
        }
        fill_network(self.net, state, path, "this model", "train them again")
        self.net.eval().to(self.device)

    @cached_property
    def _slow(self) -> SlowReader:
        """The network of slow videos, loaded with the first of them."""
        return SlowReader(self._weights, self.device)

    @torch.inference_mode()
    def encode(
        self, pictures: Iterable[StepPicture], first_step: int, last_step: int
    ) -> ClipFeatures:
        """Return tokens, statistics and looks of the steps [first_step, last_step).

        Args:
            pictures: consecutive steps from `first_step - FEATURE_LEAD_STEPS` (or 0) on, at least
                to `last_step`.

        Raises:
            ValueError: the pictures end before `last_step`.
        """
        compute_on_one_thread()
        tokens = np.zeros((last_step - first_step, WIDTH), np.float16)
        statistics = np.zeros((last_step - first_step, STATISTICS), np.float16)
        energy = np.zeros(last_step - first_step, np.uint8)
        columns = np.zeros((last_step - first_step, COLUMNS), np.float16)
        scenes: list[F16] = []
        textures: list[float] = []
        batch = MotionBatch(first_step)
        looking = Looking(self.sight, first_step, last_step, self.tier)
        pairs = PicturePairs()
        touching = ClipContacts(pairs, first_step, last_step)
        step = -1
        for picture, moved in _with_motion(pictures, pairs):
            step = picture.step
            looking.see(picture)
            touching.see(picture)
            if not first_step - RECENT_STEPS <= step < last_step:
                continue
            batch.put(step, moved)
            # Steps before the clip are context of the first ones; they have no token of their own.
            if step < first_step:
                continue
            energy[step - first_step] = moved.energy
            if picture.rgb is not None:
                scenes.append(self._scene_tokens(picture.rgb))
                textures.append(texture(picture.rgb))
            # Segments begin at multiples of 48 steps of the video, whatever the clip, so that a
            # step always sits at the same place of a batch.
            if (step + 1) % BATCH_STEPS == 0 or step == last_step - 1:
                inside, rows = batch.inside(first_step, last_step)
                tokens[inside] = self._motion_tokens(batch)[rows]
                maps, camera = batch.maps[RECENT_STEPS:], batch.camera[RECENT_STEPS:]
                statistics[inside] = motion_statistics(maps[rows], camera[rows])
                columns[inside] = changed_columns(maps[rows])
                batch.advance()
        if step < last_step - 1:
            raise ValueError(f"pictures end at step {step}, the clip at {last_step}")
        scene = np.concatenate(scenes) if scenes else np.zeros((0, WIDTH), np.float16)
        seen = np.array(textures, np.float16)
        looks, contacts = looking.looks(), touching.contacts()
        return ClipFeatures(
            first_step, tokens, scene, statistics, seen, energy, looks, contacts, columns
        )

    @torch.inference_mode()
    def detect(self, clips: Sequence[ClipFeatures], samples: int, slow: bool = False) -> SeenSheet:
        """Return the cue sheet of a video from the features of all its clips, in order.

        Beside it stands what else each cue may be.

        Args:
            clips: contiguous from step 0.
            samples: length of the track, samples at 48 kHz.
            slow: the video shows few pictures a second, see `slow_videos`.

        Raises:
            ValueError: the clips leave a gap.
        """
        readings = self.read(clips, slow)
        looks = joined([clip.looks for clip in clips])
        statistics = np.concatenate([clip.statistics for clip in clips])
        found = evidence(looks, statistics, np.concatenate([clip.texture for clip in clips]))
        seen = sheet_by_sight(readings, found, samples, self.thresholds)
        columns = np.concatenate([clip.columns for clip in clips])
        return placed(seen, looks, statistics, columns, self.places)

    @torch.inference_mode()
    def read(self, clips: Sequence[ClipFeatures], slow: bool = False) -> StepReadings:
        """Return the readings of every step of a video, before any threshold; see `detect`.

        Args:
            clips, slow: as `detect`.

        Raises:
            ValueError: the clips leave a gap.
        """
        compute_on_one_thread()
        end = 0
        for clip in clips:
            if clip.first_step != end:
                raise ValueError(f"a clip begins at step {clip.first_step}, expected {end}")
            end = clip.last_step
        parts = [
            self._read_window(clips, first, end, slow) for first in range(0, end, _WINDOW_STEPS)
        ]
        whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        energy = np.concatenate([clip.motion_energy for clip in clips])
        readings = StepReadings(energy=energy, **whole)
        return self.filmed.blended(readings, clips, self.thresholds.onset, slow)

    @torch.inference_mode()
    def slow_inputs(self, clips: Sequence[ClipFeatures], begin: int, length: int) -> SlowInputs:
        """Return what the network of slow videos sees of the steps [begin, begin + length).

        Args:
            begin, length: as for `gathered`.
        """
        return ReadWindow.of(self.net, clips, begin, length, self.device).for_slow(clips)

    def _scene_tokens(self, rgb: U8) -> F16:
        """Return the tokens of one scene picture (H, W, 3), `(TOKENS_PER_SCENE, 128)`."""
        picture = torch.from_numpy(np.array(rgb)).permute(2, 0, 1)[None].to(self.device)
        tokens = self.net.scene(picture.float() / 127.5 - 1.0)[0]
        return tokens.half().cpu().numpy()  # type: ignore[no-any-return]

    def _motion_tokens(self, batch: MotionBatch) -> F16:
        """Return the tokens of the steps of a segment, (48, 128)."""
        maps, glimpse, camera, valid = (
            torch.from_numpy(array)[None].to(self.device)
            for array in (batch.maps, batch.glimpse, batch.camera, batch.valid)
        )
        encoded = self.net.motion(maps.float() / 127.0, glimpse.float() / 127.0, camera, valid)
        rows: F16 = encoded[0, RECENT_STEPS:].half().cpu().numpy()
        return rows

    def _read_window(
        self, clips: Sequence[ClipFeatures], first: int, end: int, slow: bool
    ) -> dict[str, "NDArray[np.float32] | NDArray[np.int32]"]:
        """Return the readings of the steps from `first` to the end of its window, by name."""
        begin, length = first - _CONTEXT_STEPS, _WINDOW_STEPS + 2 * _CONTEXT_STEPS
        window = ReadWindow.of(self.net, clips, begin, length, self.device)
        readings = window.both
        if slow:
            readings = self._slow.read(readings, window.for_slow(clips))
        # The place is read from each scene picture alone, without time.
        per_scene = window.scene_tokens[0].view(-1, TOKENS_PER_SCENE, WIDTH)
        ambience = self.net.head.place(per_scene).log_softmax(dim=1)
        # Of the padded window only its own steps are reported; the last window ends with the video.
        kept = slice(_CONTEXT_STEPS, _CONTEXT_STEPS + min(_WINDOW_STEPS, end - first))
        scenes = slice(
            _CONTEXT_STEPS // STEPS_PER_SCENE,
            (_CONTEXT_STEPS + min(_WINDOW_STEPS, end - first) - 1) // STEPS_PER_SCENE + 1,
        )
        return _small_arrays(readings, kept) | {"ambience": ambience[scenes].cpu().numpy()}


def _with_motion(
    pictures: Iterable[StepPicture], pairs: PicturePairs
) -> Iterator[tuple[StepPicture, StepMotion]]:
    """Yield each picture with its motion; one picture is held at a time."""
    latest: list[StepPicture] = []

    def grays() -> Iterator[tuple[U8, float]]:
        for picture in pictures:
            latest[:] = [picture]
            yield picture.gray, picture.time_s

    for moved in step_motions(grays(), pairs):
        yield latest[0], moved


def _small_arrays(
    readings: Readings, kept: slice
) -> dict[str, "NDArray[np.float32] | NDArray[np.int32]"]:
    """Return the readings of some steps by name: probabilities 0..1, and the likeliest classes."""

    def whole(values: Tensor) -> NDArray[np.float32]:
        array: NDArray[np.float32] = values[0, kept].float().cpu().numpy()
        return array

    return {
        "onset": whole(readings.onset.sigmoid()),
        "shift": whole(readings.shift),
        "action": readings.action[0, kept].argmax(-1).int().cpu().numpy(),
        "material": readings.material[0, kept].argmax(-1).int().cpu().numpy(),
        "intensity": whole(readings.intensity.sigmoid()),
        "activity": whole(readings.activity.sigmoid()),
    }
