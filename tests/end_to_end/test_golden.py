"""The same wishes, seed and weights give the same samples, from one version to the next.

The digests hold for one kind of processor, since the last bits of a network differ between kinds;
on another the test is skipped. Whoever changes the sound on purpose prints new ones with
`python tests/end_to_end/test_golden.py`.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch

from foley_core.engine import VideoFoleyEngine
from foley_core.world.samples import render_sample

WISHES: dict[str, dict[str, object]] = {
    "ball": {"tier": "light", "sync_precision": "fast", "enable_background_music": True},
    "street_walk": {"region": "japan", "sync_precision": "fast", "sound_filters": "rain: off"},
    "rain": {"prompt": "distant thunder", "seed": 7, "mood": "calm", "tempo_bpm": 80},
}
GOLDEN: dict[str, dict[str, str]] = {
    "AVX512 avx512_bf16": {
        "ball": "4e36cacd4cb06541a88288b56c1546854c67794018b1f2d413480160546440d5",
        "street_walk": "07295d314dab775b8bbef492227ec2249a7cfeb6856039379d1498848ea979c7",
        "rain": "50c8f4137cb9ea44ab2a13c509c32976748e394a0230b29f627a3275b9460abf",
    },
}


def processor() -> str:
    """The kind of this processor, on which the last bits of the networks depend."""
    units = torch.cpu.get_capabilities()
    names = ("amx_bf16", "avx512_bf16", "bf16")
    return " ".join([torch.backends.cpu.get_cpu_capability(), *filter(units.get, names)])


def sound_of(name: str, wishes: Mapping[str, object], folder: Path) -> str:
    """sha256 of the samples of a sample video's soundtrack."""
    video = folder / f"{name}.mp4"
    render_sample(name, video)
    track = VideoFoleyEngine().generate(video, wishes)
    return hashlib.sha256(track.waveform.tobytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("name", WISHES)
def test_a_sample_video_sounds_as_it_always_did(name: str, tmp_path: Path) -> None:
    if processor() not in GOLDEN:
        pytest.skip(f"no digests for processors of the kind '{processor()}'")
    assert sound_of(name, WISHES[name], tmp_path) == GOLDEN[processor()][name]


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        print(processor(), {n: sound_of(n, w, Path(scratch)) for n, w in WISHES.items()})
