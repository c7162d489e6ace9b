"""What is written is what was given, to the sample; anything else is refused."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from foley_core.errors import DecodeError, EncodeError
from foley_core.media.broadcast_wave import BroadcastExtension
from foley_core.media.encode import (
    Encoding,
    decode_stem,
    encode_stem,
    tpdf_dither,
    write_track,
)
from foley_core.types import F32

ENCODINGS: list[Encoding] = ["wav16", "wav24", "wav32f", "flac16", "flac24"]
SAMPLES = 60_001


def noise(samples: int = SAMPLES, channels: int = 2) -> F32:
    rng = np.random.default_rng(5)
    return rng.uniform(-1, 1, (channels, samples)).astype(np.float32)


def write(path: Path, blocks: list[F32], encoding: Encoding = "wav16", **changes: int) -> Path:
    fields = {"channels": 2, "samples": sum(block.shape[1] for block in blocks), **changes}
    write_track(path, blocks, encoding=encoding, bext=BroadcastExtension("d"), **fields)
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_round_trip(tmp_path: Path, encoding: Encoding) -> None:
    waveform = noise()
    path = write(tmp_path / "a", [waveform], encoding)
    read, sample_rate = soundfile.read(path, dtype="float64", always_2d=True)
    step = {"wav16": 2**-15, "flac16": 2**-15, "wav32f": 0.0}.get(encoding, 2**-23)
    assert (sample_rate, read.shape) == (48_000, (SAMPLES, 2))
    # Half a step of rounding and up to one of dither; the topmost step of full scale is missing.
    assert np.abs(read.T - waveform).max() <= 1.5 * step
    assert soundfile.info(path).format == ("WAV" if encoding.startswith("wav") else "FLAC")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_bytes_do_not_depend_on_the_cutting(tmp_path: Path, encoding: Encoding) -> None:
    waveform = noise()
    pieces = [waveform[:, :7], waveform[:, 7:50_000], waveform[:, 50_000:]]
    whole = write(tmp_path / "a", [waveform], encoding)
    assert write(tmp_path / "b", pieces, encoding).read_bytes() == whole.read_bytes()


def test_dither_follows_its_seed_and_keeps_what_rounding_would_lose(tmp_path: Path) -> None:
    quiet = np.full((2, 200_000), 0.3 / 32768, np.float32)
    one = write(tmp_path / "a", [quiet], dither_seed=1)
    other = write(tmp_path / "b", [quiet], dither_seed=2)
    assert one.read_bytes() != other.read_bytes()
    read, _ = soundfile.read(one, dtype="int16")
    assert read.mean() == pytest.approx(0.3, abs=0.01)
    # Rounding (1/12) and TPDF dither (1/6) sum to a quarter of a step squared.
    assert (read - 0.3).var() == pytest.approx(0.25, abs=0.01)


def test_full_scale_is_written_without_wrapping(tmp_path: Path) -> None:
    edges = np.array([[1.0, -1.0] * 500] * 2, np.float32)
    read, _ = soundfile.read(write(tmp_path / "a", [edges], "wav24"), dtype="int32")
    assert set((read[:, 0] >> 8).tolist()) == {2**23 - 1, -(2**23)}


def test_mono_of_odd_length_is_padded_and_readable(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [noise(3, 1)], "wav24", channels=1)
    assert path.stat().st_size % 2 == 0
    assert soundfile.info(path).frames == 3


@pytest.mark.parametrize("samples", [SAMPLES - 1, SAMPLES + 1])
def test_another_length_is_refused_and_nothing_is_left(tmp_path: Path, samples: int) -> None:
    for encoding in ENCODINGS:
        with pytest.raises(EncodeError, match="of the picture came"):
            write(tmp_path / "a", [noise()], encoding, samples=samples)
        assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("value", [1.001, -2.0, np.nan, np.inf])
def test_unsound_samples_are_refused(tmp_path: Path, value: float) -> None:
    waveform = noise()
    waveform[1, 100] = value
    with pytest.raises(EncodeError, match="1 samples are not finite or beyond"):
        write(tmp_path / "a", [waveform])
    with pytest.raises(EncodeError, match="1 samples"):
        encode_stem(waveform)


def test_wrong_channels_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match="is not"):
        write(tmp_path / "a", [noise(channels=1)])
    with pytest.raises(EncodeError, match="cannot be written"):
        write(tmp_path / "nowhere" / "a", [noise()])


@pytest.mark.parametrize("channels", [1, 2])
def test_stem_round_trip_is_exact_after_the_first_rounding(channels: int) -> None:
    waveform = noise(channels=channels)
    data = encode_stem(waveform)
    stem = decode_stem(data)
    assert stem.shape == waveform.shape
    assert np.abs(stem - waveform).max() <= 2**-23
    assert encode_stem(stem) == data


def test_damaged_stems_are_refused() -> None:
    data = encode_stem(noise())
    for damaged in (b"", b"RIFF", data[: len(data) // 2]):
        with pytest.raises(DecodeError, match="make it again"):
            decode_stem(damaged)
    with pytest.raises(EncodeError, match="no samples"):
        encode_stem(np.zeros((1, 0), np.float32))


def test_dither_is_triangular_and_repeats_with_its_seed() -> None:
    draws = tpdf_dither(np.random.default_rng(3), (200_000,))
    assert np.array_equal(draws, tpdf_dither(np.random.default_rng(3), (200_000,)))
    assert abs(draws.mean()) < 0.01
    assert draws.var() == pytest.approx(1 / 6, rel=0.02)
    assert np.mean(np.abs(draws) < 0.5) == pytest.approx(0.75, abs=0.01)


def test_dither_makes_the_mean_of_a_rounded_constant_exact() -> None:
    rng = np.random.default_rng(0)
    rounded = np.round(0.3 + tpdf_dither(rng, (200_000,)))
    assert rounded.mean() == pytest.approx(0.3, abs=0.01)


def test_dither_drawn_sample_by_sample_does_not_depend_on_blocks() -> None:
    whole = tpdf_dither(np.random.default_rng(1), (100, 2))
    rng = np.random.default_rng(1)
    parts = [tpdf_dither(rng, (count, 2)) for count in (1, 60, 39)]
    assert np.array_equal(np.concatenate(parts), whole)
