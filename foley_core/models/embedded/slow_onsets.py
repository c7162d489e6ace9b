"""Onsets of slow videos in use: the network that knows the package's encoder, or a rule."""

from dataclasses import replace

import torch
from torch.nn import functional

from foley_core.models.checkpoints import fill_network, load_weights
from foley_core.models.embedded.perception_net import Readings
from foley_core.models.embedded.slow_net import SlowInputs, SlowNet
from foley_core.models.embedded.slow_videos import LATE_STEPS, SURER_LOGIT
from foley_core.models.embedded.weights_folder import (
    EmbeddedWeights,
    find_weights,
    shipped_folder,
)
from foley_core.models.embedded.weights_record import recorded_sha256
from foley_core.storage.store import Storage

SLOW_FILE = "slow-onsets.safetensors"
"""Weights of the network, in the package. They shape sheets, so new ones need another
`DETECTION_VERSION`."""

# Beyond this logit a "no" counts a tenth: where pictures are half filmed, the reader of contacts
# must be heard beside it. 95 % of what head and plain reader say together of worlds is more.
_STRONGEST_NO = -1.8
_BEYOND = 0.1


class SlowReader:
    """The network of slow videos, with the weights of the package."""

    def __init__(self, weights: EmbeddedWeights, device: torch.device) -> None:
        """Load it, if it can read what the encoder of `weights` writes.

        Args:
            weights: of perception; the network learned from the encoder of the package.

        Raises:
            CheckpointError: weights or record are missing, damaged, or of another shape.
            StorageError: the record of perception cannot be read.
        """
        self._net: SlowNet | None = None
        if weights.encoder_sha256() != find_weights().encoder_sha256():
            return
        path = shipped_folder() / SLOW_FILE
        state = load_weights(path, recorded_sha256(Storage(str(path.parent)), SLOW_FILE))
        self._net = SlowNet()
        advice = "train them again with 'foley train slow-onsets'"
        fill_network(self._net, state, path, "this network of slow videos", advice)
        self._net.eval().to(device)

    def read(self, readings: Readings, seen: SlowInputs) -> Readings:
        """Return the readings of a window with onsets as they are in slow videos.

        Args:
            readings: of head and plain reader.
            seen: what this network sees of the window.
        """
        if self._net is None:
            onset, shift = readings.onset + SURER_LOGIT, readings.shift - LATE_STEPS
        else:
            onset, shift = self._net(seen)
            # Order stays: of unlikely onsets the likeliest may still be asked for.
            above = functional.leaky_relu(onset - _STRONGEST_NO, _BEYOND)
            onset = _STRONGEST_NO + above
        return replace(readings, onset=onset, shift=shift)
