"""Makes photos safe to keep and to show: upright, small, without what the camera wrote into them."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from PIL import Image, ImageOps

from domain.messaging.web import WebFile

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # JPEG reads phones' MPO as well
_SIDE, _THUMBNAIL = 2048, 320
_PIXELS = 25_000_000  # what is unpacked as a whole; a small file can claim any size
_JPEG_PIXELS = 120_000_000  # JPEG is read at a fraction of its size
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error)


class Unreadable(Exception):
    """Not a photo, or one that would take too much memory to open."""


def keepable(source: BinaryIO) -> WebFile:
    """The photo as we keep it.

    :raises Unreadable: for what is not a photo
    """
    try:
        with Image.open(source, formats=FORMATS) as image:
            if image.width * image.height > (_JPEG_PIXELS if image.format in {"JPEG", "MPO"} else _PIXELS):
                raise Unreadable("too many pixels")
            image.draft("RGB", (_SIDE, _SIDE))
            upright = _upright(image)
    except (*_BROKEN, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Unreadable(str(error)) from error
    content = _jpeg(upright, quality=85)
    upright.thumbnail((_THUMBNAIL, _THUMBNAIL))
    return WebFile(content=content, thumbnail=_jpeg(upright, quality=78))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as it was held, at most _SIDE pixels long, on white where it was transparent."""
    image.thumbnail((_SIDE, _SIDE))
    turned = ImageOps.exif_transpose(image)
    if turned.mode in {"RGBA", "LA", "PA", "P"}:
        turned = turned.convert("RGBA")
        flat = Image.new("RGB", turned.size, "white")
        flat.paste(turned, mask=turned.getchannel("A"))
        return flat
    return turned.convert("RGB")


def _jpeg(image: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
    return out.getvalue()
