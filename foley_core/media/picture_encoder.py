"""Encoding of pictures to H.264 in mp4, for sample videos and tests that the project renders."""

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
    """Write pictures U8 (H, W, 3) as a silent mp4.

    With one thread and no dates the same pictures give the same bytes. There is a keyframe at least
    every two seconds. A file that cannot be finished is removed.

    Args:
        pictures: H and W even, and the same for all.
        bits_per_s: mean rate; None for constant quality.

    Raises:
        EncodeError: there are no pictures, their size is odd or changes, or writing fails.
    """
    # x264 with several threads may write other bytes from run to run.
    options = {"preset": "veryfast", "g": str(round(2 * frame_rate)), "threads": "1"}
    options |= {"crf": "20"} if bits_per_s is None else {"b": str(bits_per_s)}
    stream: VideoStream | None = None
    try:
        with av.open(str(path), "w", container_options={"fflags": "+bitexact"}) as out:
            for index, picture in enumerate(pictures):
                if stream is None:
                    stream = out.add_stream("libx264", rate=frame_rate, options=options)
                    stream.height, stream.width = picture.shape[:2]
                    # Every player knows this format; it halves colours, hence the even sides.
                    stream.pix_fmt = "yuv420p"
                video_frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                video_frame.pts, video_frame.time_base = index, 1 / frame_rate
                out.mux(stream.encode(video_frame))
            if stream is None:
                raise EncodeError(f"{path}: there are no pictures to write")
            out.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:
        path.unlink(missing_ok=True)
        raise EncodeError(f"{path}: cannot be written ({error})") from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
