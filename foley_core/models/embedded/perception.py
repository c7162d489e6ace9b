"""Perception: pictures in, cue sheet out, in two halves that may run on different machines.

`encode` turns a clip's pictures into small tokens, each from its own step (and the few pictures
before it); `detect` reads the tokens of a whole video. Between them lies the feature store.

Imports no torch: a worker that finds every feature stored needs the name of the model alone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from foley_core.cues.candidates import SeenSheet
from foley_core.models.embedded.weights_folder import EmbeddedWeights, find_weights
from foley_core.types import Tier

if TYPE_CHECKING:
    from foley_core.media.decode import StepPicture
    from foley_core.models.embedded.features import ClipFeatures
    from foley_core.models.embedded.perception_reader import PerceptionReader


class Perception:
    """The embedded perception model; cheap to make and to pickle, loaded when it is first needed.

    `identity` is name, version and sha256 of the weights, the tier, and whether faces are blurred:
    all that shapes features and sheets.
    """

    def __init__(
        self,
        weights: EmbeddedWeights | None = None,
        device: str = "cpu",
        anonymises: bool = False,
        tier: Tier = "full",
    ) -> None:
        """Take the name of the weights; load nothing.

        Args:
            weights: None for those of the package.
            anonymises: what it is shown must be anonymised; it is said in its identity.
            tier: the light one looks at pictures half as often, and at no joints.

        Raises:
            CheckpointError: there are no such weights.
        """
        self._weights = weights or find_weights()
        self._device = device
        self.anonymises = anonymises
        self.tier: Tier = tier
        self.identity = self._weights.perception_identity(anonymises, tier)
        self._loading = Lock()

    def __reduce__(self) -> tuple[type["Perception"], tuple[EmbeddedWeights, str, bool, Tier]]:
        return type(self), (self._weights, self._device, self.anonymises, self.tier)

    @cached_property
    def _loaded(self) -> "PerceptionReader":
        from foley_core.models.embedded.perception_reader import PerceptionReader

        return PerceptionReader(self._weights, self._device, self.tier)

    def load(self) -> "PerceptionReader":
        """Return the networks, loaded if they are not yet; any thread may call it ahead of need.

        Raises:
            CheckpointError: weights or record are missing, damaged, or of another shape.
            StorageError: they cannot be fetched.
        """
        with self._loading:
            return self._loaded

    def encode(
        self, pictures: "Iterable[StepPicture]", first_step: int, last_step: int
    ) -> "ClipFeatures":
        """Encode the steps [first_step, last_step); see `PerceptionReader.encode`.

        Raises:
            CheckpointError, StorageError: as `load`.
            ValueError: the pictures end before `last_step`.
        """
        return self.load().encode(pictures, first_step, last_step)

    def detect(
        self,
        clips: "Sequence[ClipFeatures]",
        samples: int,
        slow: bool = False,
    ) -> SeenSheet:
        """Detect the cues of a video and what each may be; see `PerceptionReader.detect`.

        Raises:
            CheckpointError, StorageError: as `load`.
            ValueError: the clips leave a gap.
        """
        return self.load().detect(clips, samples, slow)
