"""Headers read back field by field, as the two EBU documents lay them out."""

import struct

import pytest

from foley_core.media.broadcast_wave import BroadcastExtension, wave_header


def chunks(header: bytes) -> dict[bytes, bytes]:
    """Chunk bodies by name; the data chunk's is its stated size."""
    found, at = {}, 12
    while at < len(header):
        name, size = struct.unpack_from("<4sI", header, at)
        found[name] = header[at + 8 : at + 8 + size] if name != b"data" else header[at + 4 : at + 8]
        at += 8 + size + size % 2 if name != b"data" else 8
    return found


@pytest.mark.parametrize(("bits", "kind"), [(16, 1), (24, 1), (32, 3)])
def test_format_and_sizes(bits: int, kind: int) -> None:
    header = wave_header(2, 1000, bits)
    found = chunks(header)
    frame_bytes = 2 * bits // 8
    assert struct.unpack_from("<HHIIHH", found[b"fmt "]) == (
        kind,
        2,
        48_000,
        48_000 * frame_bytes,
        frame_bytes,
        bits,
    )
    assert struct.unpack("<I", found[b"data"]) == (1000 * frame_bytes,)
    assert struct.unpack_from("<I", header, 4) == (len(header) - 8 + 1000 * frame_bytes,)


def test_an_odd_count_of_bytes_is_padded_in_the_riff_size() -> None:
    header = wave_header(1, 3, 24)
    assert struct.unpack_from("<I", header, 4) == (len(header) - 8 + 10,)


def test_bext_fields() -> None:
    extension = BroadcastExtension(
        description="Harbour",
        originator="foley",
        time_reference_samples=36_000 * 48_000,
        loudness_lufs=-23.02,
        loudness_range_lu=4.5,
        true_peak_dbtp=-1.004,
        coding_history="A=PCM,F=48000,W=16,M=stereo",
    )
    body = chunks(wave_header(2, 10, 16, extension))[b"bext"]
    assert body[:256].rstrip(b"\0") == b"Harbour"
    assert body[256:288].rstrip(b"\0") == b"foley"
    assert body[320:338] == bytes(18)  # date and time: never the wall clock
    assert struct.unpack_from("<QH", body, 338) == (36_000 * 48_000, 2)
    assert struct.unpack_from("<5h", body, 412) == (-2302, 450, -100, 0x7FFF, 0x7FFF)
    assert body[602:] == b"A=PCM,F=48000,W=16,M=stereo\r\n\0"


def test_unmeasurable_loudness_is_marked_unused() -> None:
    body = chunks(wave_header(2, 10, 16, BroadcastExtension()))[b"bext"]
    assert len(body) == 602
    assert struct.unpack_from("<5h", body, 412) == (0x7FFF,) * 5


def test_beyond_four_gigabytes_it_is_rf64() -> None:
    samples = 2**31
    header = wave_header(2, samples, 24)
    data_bytes = samples * 6
    assert header[:12] == b"RF64\xff\xff\xff\xffWAVE"
    found = chunks(header)
    assert next(iter(found)) == b"ds64"
    assert struct.unpack("<QQQI", found[b"ds64"]) == (
        len(header) - 8 + data_bytes,
        data_bytes,
        samples,
        0,
    )
    assert found[b"data"] == b"\xff\xff\xff\xff"
