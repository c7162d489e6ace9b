"""Pictures to H.264 in mp4: sample videos and test material that the project renders itself."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream

from foley_core.errors import EncodeError
from foley_core.types import U8


def encode_pictures(
    path: Path, pictures: Iterable[U8], frame_rate: Fraction, bits_per_s: int | None = None
) -> None:
    """Write U8 (H, W, 3) pictures, H and W even and the same for all, as a silent mp4.

    One thread and no dates: the same pictures give the same bytes. A keyframe at least every two
    seconds. A file that cannot be finished is removed.

    Args:
        bits_per_s: mean rate; constant quality where None.

    Raises:
        EncodeError: no pictures, pictures of odd or changing size, or writing fails.
    """
    options = {"preset": "veryfast", "g": str(round(2 * frame_rate)), "threads": "1"}
    options |= {"crf": "20"} if bits_per_s is None else {"b": str(bits_per_s)}
    stream: VideoStream | None = None
    try:
        with av.open(str(path), "w", container_options={"fflags": "+bitexact"}) as out:
            for index, picture in enumerate(pictures):
                if stream is None:
                    stream = out.add_stream("libx264", rate=frame_rate, options=options)
                    stream.height, stream.width = picture.shape[:2]
                    stream.pix_fmt = "yuv420p"
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = index, 1 / frame_rate
                out.mux(stream.encode(frame))
            if stream is None:
                raise EncodeError(f"{path}: there are no pictures to write")
            out.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:
        path.unlink(missing_ok=True)
        raise EncodeError(f"{path}: cannot be written ({error})") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
