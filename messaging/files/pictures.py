"""Measures pictures and makes thumbnails. Pictures come from strangers: each step has a bound.

Thumbnails are drawn anew: nothing of the original's metadata (where it was taken, by whom) is in
them, and they stand upright as the camera was held.
"""

import io
import logging
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

logger = logging.getLogger("chancery.files")

MEASURED = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/tiff"}
)
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")
_MOST_PIXELS = 60_000_000
_MOST_WHOLE_PIXELS = 25_000_000
_MOST_SIDE = 30_000
_THUMBNAIL = (720, 720)
_TURNED = {5, 6, 7, 8}
_ORIENTATION = 0x0112


class Size(NamedTuple):
    """What a picture measures as it is seen."""

    width: int
    height: int


def size_of(source: IO[bytes]) -> Size | None:
    """What a picture measures, read from its header; None where it is none that we show."""
    try:
        with _opened(source) as picture:
            return _size(picture)
    # Broken pictures raise whatever their decoder stumbles over: they are files without a size.
    except Exception as broken:
        logger.info("a picture cannot be measured: %s", type(broken).__name__)
        return None


def thumbnail_of(source: IO[bytes]) -> bytes | None:
    """A small picture as WebP; None where there is nothing to show, or too much to unpack."""
    from PIL import ImageOps

    try:
        with _opened(source) as picture:
            if _size(picture) is None:
                return None
            picture.draft("RGB", _THUMBNAIL)
            picture.thumbnail((_THUMBNAIL[0] * 2, _THUMBNAIL[1] * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail(_THUMBNAIL)
            clean = upright.convert("RGBA" if _has_alpha(upright) else "RGB")
            target = io.BytesIO()
            clean.save(target, "WEBP", quality=80, method=3, exif=b"", icc_profile=b"")
            return target.getvalue()
    except Exception as broken:
        logger.info("a picture gets no thumbnail: %s", type(broken).__name__)
        return None


def squares_of(source: IO[bytes], sides: Sequence[int]) -> dict[int, bytes] | None:
    """The middle of a picture as squares, as WebP; None where there is nothing to show.

    One of each side. They are drawn anew, upright, on white, and hold nothing of the original but
    what is seen.
    """
    from PIL import Image, ImageOps

    largest = max(sides)
    try:
        with _opened(source) as picture:
            size = _size(picture)
            if size is None or _costs_too_much(picture):
                return None
            picture.draft("RGB", (largest * 2, largest * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            square = ImageOps.fit(upright, (largest, largest), Image.Resampling.LANCZOS)
            paper = Image.new("RGB", square.size, "white")
            paper.paste(square, mask=square)
            return {
                side: _webp(paper.resize((side, side), Image.Resampling.LANCZOS)) for side in sides
            }
    except Exception as broken:
        logger.info("a picture gives no squares: %s", type(broken).__name__)
        return None


def _costs_too_much(picture: "Image.Image") -> bool:
    """A plain JPEG is unpacked small already; everything else is unpacked whole first."""
    is_small = picture.format == "JPEG" and not picture.info.get("progressive")
    return not is_small and picture.width * picture.height > _MOST_WHOLE_PIXELS


def _webp(picture: "Image.Image") -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=85, method=4, exif=b"", icc_profile=b"")
    return target.getvalue()


def _opened(source: IO[bytes]) -> Any:
    # Not at the top: it takes memory and time at the start of processes that see no picture.
    from PIL import Image

    # What measures more is refused by the header alone, before a pixel is unpacked.
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    return Image.open(source, formats=_FORMATS)


def _size(picture: "Image.Image") -> Size | None:
    width, height = picture.size
    is_sane = 0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE
    if not is_sane or width * height > _MOST_PIXELS:
        return None
    if picture.getexif().get(_ORIENTATION) in _TURNED:
        return Size(height, width)
    return Size(width, height)


def _has_alpha(picture: "Image.Image") -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
