"""Draws the picture of a page anew, small: what a stranger's server sent is not passed on."""

import io
import logging

logger = logging.getLogger("chancery.previews")

_BOX = (640, 360)
_MOST_PIXELS = 40_000_000
_MOST_DRAWN_BYTES = 150_000
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def small_picture(source: bytes) -> bytes | None:
    """A WebP picture that fits the card; None where there is nothing to show."""
    # Not at the top: it takes memory and time at the start of processes that see no picture.
    from PIL import Image

    try:
        with Image.open(io.BytesIO(source), formats=_FORMATS) as picture:
            width, height = picture.size
            if width < 32 or height < 32 or width * height > _MOST_PIXELS:
                return None
            picture.draft("RGB", _BOX)
            clean = picture.convert("RGB")
            clean.thumbnail(_BOX)
            target = io.BytesIO()
            clean.save(target, "WEBP", quality=75, method=3, exif=b"", icc_profile=b"")
    # Broken pictures raise whatever their decoder stumbles over.
    except Exception as broken:
        logger.info("a page's picture cannot be drawn: %s", type(broken).__name__)
        return None
    drawn = target.getvalue()
    return drawn if len(drawn) <= _MOST_DRAWN_BYTES else None
