"""Draws an uploaded picture anew, small: nothing of what was uploaded is kept or served."""

import io
import logging
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

logger = logging.getLogger("chancery.emoji")

SIDE = 128
MOST_BYTES = 512 * 1024
MOST_DRAWN_BYTES = 256 * 1024
_MOST_PIXELS = 4_000_000
_MOST_FRAMES = 60
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


class Drawn(NamedTuple):
    """A picture of ours."""

    image: bytes
    content_type: str


def draw(source: bytes) -> Drawn:
    """An emoji of at most SIDE by SIDE, moving if it moved.

    Errors  Invalid where it is too large, or no picture that can be read.
    """
    if len(source) > MOST_BYTES:
        raise Invalid.field("image", _("A picture may be at most 512 kB."), code="too_large")
    try:
        drawn = _drawn(source)
    # Broken pictures raise whatever their decoder stumbles over.
    except Exception as broken:
        logger.info("an emoji cannot be drawn: %s", type(broken).__name__)
        drawn = None
    if drawn is None:
        raise Invalid.field(
            "image", _("Give a PNG, JPEG, GIF or WebP picture of at most 4 megapixels.")
        )
    if len(drawn) > MOST_DRAWN_BYTES:
        raise Invalid.field("image", _("This animation is too large."), code="too_large")
    return Drawn(drawn, "image/webp")


def _drawn(source: bytes) -> bytes | None:
    # Not at the top: it takes memory and time at the start of processes that see no picture.
    from PIL import Image, ImageSequence

    with Image.open(io.BytesIO(source), formats=_FORMATS) as picture:
        width, height = picture.size
        frames = getattr(picture, "n_frames", 1)
        if not (width > 0 < height) or width * height > _MOST_PIXELS or frames > _MOST_FRAMES:
            return None
        if frames > 1 and width * height * frames > 8 * _MOST_PIXELS:
            return None
        small, pauses = [], []
        for frame in ImageSequence.Iterator(picture):
            pauses.append(max(20, int(frame.info.get("duration", 100) or 100)))
            small.append(_small(frame))
    target = io.BytesIO()
    options: dict[str, Any] = {"quality": 85, "method": 3, "exif": b"", "icc_profile": b""}
    if len(small) > 1:
        options |= {"save_all": True, "append_images": small[1:], "duration": pauses, "loop": 0}
    small[0].save(target, "WEBP", **options)
    return target.getvalue()


def _small(frame: Any) -> Any:
    clean = frame.convert("RGBA")
    clean.thumbnail((SIDE, SIDE))
    return clean
