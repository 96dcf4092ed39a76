"""Images that came in a request, checked before the model's server decodes them."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Sequence

from PIL import Image

from hyocr.errors import InputError
from hyocr.sources import FORMATS, open_source

MAX_IMAGES = 64
"""In one request: more small ones than the context holds, and few enough that checking them takes no time."""

DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.ASCII)


def check(urls: Sequence[str], max_pixels: int) -> None:
    """Decodes every image fully. Raises InputError for the first that the model could not take, naming its number.

    `max_pixels` is for all of them together, so that many small files cannot do what one large image may not. Each is
    also held to what `hyocr.sources` takes from a file. Slow and without use of the event loop: call it in a thread.
    """
    if len(urls) > MAX_IMAGES:
        raise InputError(f"The request has {len(urls)} images, more than {MAX_IMAGES}; send them in several requests.")
    left = max_pixels
    for number, url in enumerate(urls, 1):
        try:
            image = _opened(_payload(url))
            left -= image.width * image.height
            if left < 0:
                raise InputError(
                    f"With this image of {image.width}x{image.height} the request has more than {max_pixels} pixels; "
                    "scale it down or cut it into pieces."
                )
            next(open_source(image))
        except InputError as error:
            raise InputError(f"Image {number}: {error}") from error


def _payload(url: str) -> bytes:
    start = DATA_URL.match(url)
    if not start:
        raise InputError(
            "Images are sent inline as data: URLs (data:image/png;base64,...); this server fetches nothing."
        )
    data = decoded(url[start.end() :])
    if not data:
        raise InputError("The image is empty (0 bytes); check that the file was read.")
    return data


def decoded(text: str) -> bytes:
    """The bytes of a data: URL, of which `text` is what follows the comma. Raises InputError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("The data: URL is not valid base64; encode the file's bytes again.") from error


def _opened(data: bytes) -> Image.Image:
    """The image with its header read and no pixel decoded."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise InputError("The image is far too large; scale it down or cut it into pieces.") from error
    except Exception as error:  # decoders meet damaged bytes with errors of every kind
        raise InputError("This is no image that can be read; convert it to PNG or JPEG.") from error
