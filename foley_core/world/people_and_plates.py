"""Pictures with faces and licence plates, and their boxes: what anonymising is measured on.

Faces are drawn and shaded, fronts turned by up to a sixth of their width; plates have the colours
and proportions of several countries. They vary in size, skin, light, tilt, blur and noise, before
the places of the world. Drawn faces are plainer than real ones: a figure measured on them is no
promise for every face in the street.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from foley_core.cues.taxonomy import taxonomy
from foley_core.types import U8
from foley_core.world.scenery import scenery_of

HEIGHT_PX, WIDTH_PX = 360, 640
# Width over height, colour of the ground, colour of the letters. 4.7 is a European plate
# (520 × 110 mm), 2.0 a North American one (12 × 6 in), 3.1 a Chinese one (440 × 140 mm).
_PLATES = (
    (4.7, (240, 240, 235), (25, 25, 30)),
    (4.7, (245, 205, 60), (20, 20, 20)),
    (2.0, (235, 240, 245), (20, 40, 120)),
    (3.1, (30, 60, 150), (240, 240, 240)),
    (2.2, (235, 240, 232), (20, 90, 50)),
)
# A plate of which a person hides more is no plate that anybody could read, or find.
_SHOWN_SHARE = 0.5
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A picture (H, W, 3) and the boxes (left, top, width, height), pixels, of faces and plates."""

    rgb: U8
    faces: tuple[tuple[int, int, int, int], ...]
    plates: tuple[tuple[int, int, int, int], ...]


def sensitive_picture(seed: int) -> Sensitive:
    """Return a picture of 640×360 pixels with up to two faces and up to one plate.

    Every fifth seed has neither: what is covered there is covered in vain.
    """
    rng = np.random.default_rng([seed, 77])
    # A thunderstorm is too dark to see a face in.
    places = [
        c.name for c in taxonomy().trained_of_kind("ambience") if c.name not in ("thunderstorm",)
    ]
    scene = scenery_of(
        rng, places[int(rng.integers(len(places)))], HEIGHT_PX, WIDTH_PX
    ).backdrop.picture
    rgb: U8 = np.array(cv2.resize(scene, (WIDTH_PX, HEIGHT_PX)), np.uint8)
    faces, plates = [], []
    if seed % 5 and rng.random() < 0.6:
        plates.append(_plate(rng, rgb))
    with_plates = rgb.copy()
    if seed % 5:
        for slot in range(int(rng.integers(0, 3))):
            size = int(rng.uniform(36, 130))
            # The second face stands about 260 px to the right of the first: they rarely overlap.
            centre = (int(rng.uniform(0.2, 0.4) * WIDTH_PX) + slot * 260, int(rng.uniform(80, 210)))
            faces.append(_face(rng, rgb, centre, size))
    plates = [box for box in plates if _shown(rgb, with_plates, box) >= _SHOWN_SHARE]
    # Light, sensor noise and blur come last, over everything, as a camera adds them.
    light = float(rng.uniform(0.65, 1.15))
    noisy = rgb.astype(np.float32) * light + rng.normal(0, rng.uniform(0, 5), rgb.shape)
    blur = float(rng.choice([0.0, 0.0, 0.7, 1.2]))
    seen = np.clip(noisy, 0, 255).astype(np.uint8)
    if blur:
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), blur), np.uint8)
    return Sensitive(seen, tuple(faces), tuple(plates))


def _shown(rgb: U8, before: U8, box: tuple[int, int, int, int]) -> float:
    """Return the share of a box in which a picture is what it was before people stood in it."""
    left, top, wide, high = box
    part = np.s_[top : top + high, left : left + wide]
    return float((rgb[part] == before[part]).all(axis=2).mean())


def _face(
    rng: np.random.Generator, rgb: U8, centre: tuple[int, int], size: int
) -> tuple[int, int, int, int]:
    """Draw a face `size` pixels wide around `centre`; return its box from brow to chin."""
    # Drawn on a transparent patch, so that it can be blurred and tilted as a whole.
    side = 4 * size
    patch = np.zeros((side, side, 4), np.float32)
    skin = np.array([224, 178, 148]) * rng.uniform(0.4, 1.1) + rng.normal(0, 6, 3)
    hair = tuple(float(v) for v in rng.uniform(15, 120, 3))
    # A face turned aside shows its features moved sideways by up to a sixth of its width.
    turn, middle = float(rng.uniform(-0.16, 0.16)) * size, side // 2
    half, high = 0.5 * size, 0.66 * size

    def ellipse(x: float, y: float, a: float, b: float, colour: "tuple[float, ...]") -> None:
        """Fill an ellipse at (x, y) from the middle of the patch with half axes a and b, pixels."""
        at = (round(middle + x), round(middle + y))
        axes = (max(1, round(a)), max(1, round(b)))
        cv2.ellipse(patch, at, axes, 0, 0, 360, (*colour, 1.0), -1, cv2.LINE_AA)

    def tone(factor: float) -> "tuple[float, ...]":
        """Return the skin colour, darker or lighter by a factor."""
        return tuple(float(v) for v in np.clip(skin * factor, 0, 255))

    # From back to front: shoulders, neck, hair, face, forehead; for each eye its socket, white,
    # pupil, brow and cheek; then nose, nostrils, mouth, and the shadow under it.
    ellipse(
        0, 1.0 * size, 0.95 * size, 0.6 * size, tuple(float(v) for v in rng.uniform(30, 220, 3))
    )
    ellipse(0, 0.65 * size, 0.2 * size, 0.3 * size, tone(0.75))
    ellipse(0, -0.2 * size, 0.56 * size, 0.62 * size, hair)
    ellipse(0, 0, half, high, tone(0.95))
    ellipse(0.3 * turn, -0.28 * size, 0.36 * size, 0.2 * size, tone(1.08))
    for sign in (-1, 1):
        x = sign * 0.2 * size + turn
        ellipse(x, -0.06 * size, 0.13 * size, 0.08 * size, tone(0.68))
        ellipse(x, -0.05 * size, 0.085 * size, 0.045 * size, (235, 235, 235))
        ellipse(x, -0.05 * size, 0.042 * size, 0.045 * size, (30, 22, 18))
        ellipse(x, -0.17 * size, 0.12 * size, 0.028 * size, hair)
        ellipse(x + 0.5 * turn, 0.16 * size, 0.12 * size, 0.09 * size, tone(1.05))
    ellipse(1.3 * turn, 0.06 * size, 0.045 * size, 0.15 * size, tone(1.1))
    ellipse(1.3 * turn, 0.2 * size, 0.08 * size, 0.035 * size, tone(0.7))
    ellipse(turn, 0.36 * size, 0.17 * size, 0.045 * size, (150, 70, 70))
    ellipse(turn, 0.43 * size, 0.14 * size, 0.025 * size, tone(0.8))
    soft = cv2.GaussianBlur(patch, (0, 0), max(0.6, 0.018 * size))
    tilt = cv2.getRotationMatrix2D((middle, middle), float(rng.uniform(-10, 10)), 1.0)
    _paste(rgb, np.asarray(cv2.warpAffine(soft, tilt, (side, side)), np.float32), centre)
    return (round(centre[0] - half), round(centre[1] - 0.5 * size), size, round(1.1 * size))


def _plate(rng: np.random.Generator, rgb: U8) -> tuple[int, int, int, int]:
    """Draw the rear of a car and its plate; return the box of the plate."""
    aspect, ground, letters = _PLATES[int(rng.integers(len(_PLATES)))]
    height = int(rng.uniform(16, 44))
    width = round(aspect * height)
    left = int(rng.uniform(20, WIDTH_PX - width - 20))
    top = int(rng.uniform(0.62, 0.82) * HEIGHT_PX)
    paint = tuple(float(v) for v in rng.uniform(20, 200, 3))
    body = (left - width, top - 2 * height), (left + 2 * width, top + 2 * height)
    cv2.rectangle(rgb, *body, paint, -1)
    cv2.rectangle(rgb, (left, top), (left + width, top + height), ground, -1)
    cv2.rectangle(rgb, (left, top), (left + width, top + height), letters, max(1, height // 14))
    text = "".join(rng.choice(list(_LETTERS), int(rng.integers(5, 8))))
    # OpenCV's letters of scale 1 are about 22 px high; a long text is narrowed to fit the plate.
    scale = 0.6 * height / 22.0
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, max(1, height // 10))
    scale *= min(1.0, 0.88 * width / wide)
    origin = (left + round(0.06 * width), top + (height + round(high * 0.9)) // 2)
    cv2.putText(
        rgb,
        text,
        origin,
        cv2.FONT_HERSHEY_SIMPLEX,
        scale,
        letters,
        max(1, height // 10),
        cv2.LINE_AA,
    )
    return left, top, width, height


def _paste(rgb: U8, patch: "np.typing.NDArray[np.float32]", centre: tuple[int, int]) -> None:
    """Mix a patch (side, side, 4), whose last channel is opacity 0..1, into a picture."""
    # The part of the patch that lies inside the picture: faces may be cut off at its edges.
    side = len(patch)
    left, top = centre[0] - side // 2, centre[1] - side // 2
    rows = slice(max(0, top), min(len(rgb), top + side))
    columns = slice(max(0, left), min(rgb.shape[1], left + side))
    part = patch[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    opacity = part[..., 3:]
    mixed = rgb[rows, columns] * (1.0 - opacity) + part[..., :3]
    rgb[rows, columns] = np.clip(mixed, 0, 255).astype(np.uint8)
