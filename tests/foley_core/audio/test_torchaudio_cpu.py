"""Facts about resampling."""

import subprocess
import sys

import numpy as np

from foley_core.audio.torchaudio_cpu import resampled


def test_a_sine_keeps_its_frequency_and_level() -> None:
    sine = np.sin(2 * np.pi * 1_000 * np.arange(44_100) / 44_100).astype(np.float32)
    answer = resampled(sine, 44_100)
    expected = np.sin(2 * np.pi * 1_000 * np.arange(48_000) / 48_000)
    assert answer.shape == (48_000,)
    assert np.abs(answer - expected)[500:-500].max() < 0.01


def test_48_khz_is_left_alone() -> None:
    waveform = np.ones(10, np.float32)
    assert resampled(waveform, 48_000) is waveform


def test_the_native_extension_is_not_loaded_beside_a_torch_of_another_cuda() -> None:
    script = (
        "import torch; torch.version.cuda = '1.0'\n"
        "from foley_core.audio.torchaudio_cpu import functional\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
