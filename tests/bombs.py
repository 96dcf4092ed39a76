"""Hostile and broken files, each made in well under a second: what `hyocr.isolated` has to survive."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests import fakes

MEGABYTE = 1 << 20


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *before: bytes, pixels: bytes = b"") -> bytes:
    """A grey 1-bit PNG that claims a size; without `pixels` it holds none."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    )


def deflated(block: bytes, times: int) -> bytes:
    """`block` repeated so often, as a zlib stream; `block` is compressed once."""
    packer = zlib.compressobj(9)
    start = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + middle * (times - 1) + packer.flush()  # the checksum is wrong, which shows after the last byte


def stream(data: bytes, entries: str = "") -> str:
    """A PDF stream; its bytes in hexadecimal, because `fakes.pdf_bytes` takes text."""
    written = data.hex() + ">"
    filters = "/ASCIIHexDecode" + "".join(f" {name}" for name in entries.split() if name == "/FlateDecode")
    rest = " ".join(name for name in entries.split() if name != "/FlateDecode")
    return f"<< /Length {len(written)} /Filter [{filters}] {rest} >>\nstream\n{written}\nendstream"


def one_page_pdf(content: str, *objects: str, resources: str = "", box: str = "0 0 200 200") -> bytes:
    """A PDF whose page (object 3) draws `content` (object 4, a whole stream), with more `objects` from number 5 on."""
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R /Resources << {resources} >> >>"
    return fakes.pdf_bytes(fakes.CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content, *objects)


def huge_png() -> bytes:
    return png(60_000, 60_000)


def text_chunk_png() -> bytes:
    """1 GB of compressed text beside one small picture."""
    text = b"Comment\0\0" + deflated(b" " * MEGABYTE, 1024)
    return png(100, 100, *[chunk(b"zTXt", text)], pixels=bytes(14 * 100))


def text_chunks_png() -> bytes:
    """Compressed texts of 1 MB, each within Pillow's limit, 4 GB in all."""
    text = b"Comment\0\0" + zlib.compress(b" " * (MEGABYTE - 1))
    return png(100, 100, *[chunk(b"zTXt", text)] * 4096, pixels=bytes(14 * 100))


def content_bomb_pdf() -> bytes:
    """A page whose drawing is 4 GB of operators, deflated twice into a few kilobytes."""
    return one_page_pdf(stream(zlib.compress(deflated(b"0 g " * (MEGABYTE // 4), 4096)), "/FlateDecode /FlateDecode"))


def image_bomb_pdf() -> bytes:
    """A page with a picture of 18,000 x 18,000 pixels in colour: 1 GB, deflated twice."""
    side = 18_000
    entries = f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    packed = zlib.compress(deflated(bytes(MEGABYTE), side * side * 3 // MEGABYTE + 1))
    picture = stream(packed, entries + " /FlateDecode /FlateDecode")
    return one_page_pdf(stream(b"200 0 0 200 0 0 cm /I Do"), picture, resources="/XObject << /I 5 0 R >>")


def claiming_pdf() -> bytes:
    """Says that it has 10,000 pages, and has one."""
    kids = "<< /Type /Pages /Kids [3 0 R] /Count 10000 >>"
    return fakes.pdf_bytes(fakes.CATALOGUE, kids, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>")


def many_pages_pdf(count: int = 10_000) -> bytes:
    kids = " ".join(f"{number} 0 R" for number in range(3, count + 3))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 20 20] >>"
    return fakes.pdf_bytes(fakes.CATALOGUE, f"<< /Type /Pages /Kids [{kids}] /Count {count} >>", *[page] * count)


def encrypted_pdf() -> bytes:
    return fakes.ENCRYPTED_PDF


def truncated_pdf() -> bytes:
    """Cut before the page tree; of one cut later PDFium saves what it can."""
    return one_page_pdf(stream(b"0 0 100 100 re f"))[:80]


def poster_pdf(side: int = 14_400) -> bytes:
    """A page of 5 x 5 metres, the largest that PDF 1.4 allows. A legal file."""
    return one_page_pdf(stream(b"0 0 1000 1000 re f"), box=f"0 0 {side} {side}")


FORM = "/Type /XObject /Subtype /Form /BBox [0 0 200 200]"


def form_nest_pdf(depth: int = 12, times: int = 10) -> bytes:
    """Forms that each draw the next one ten times: 10 ** 12 rectangles."""
    draw = b"/F Do " * times
    forms = [stream(draw, f"{FORM} /Resources << /XObject << /F {number} 0 R >> >>") for number in range(6, 5 + depth)]
    return one_page_pdf(stream(draw), *forms, stream(b"0 0 9 9 re f", FORM), resources="/XObject << /F 5 0 R >>")


def recursive_form_pdf() -> bytes:
    """A form that draws itself."""
    form = stream(b"0 0 9 9 re f /F Do /F Do", f"{FORM} /Resources << /XObject << /F 5 0 R >> >>")
    return one_page_pdf(stream(b"/F Do"), form, resources="/XObject << /F 5 0 R >>")


def pattern_nest_pdf(depth: int = 6) -> bytes:
    """Tiles filled with tiles, each drawn every twentieth of a point."""
    entries = "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 20 20] /XStep 0.05 /YStep 0.05"
    fill = b"/Pattern cs /P scn 0 0 200 200 re f"
    tiles = [
        stream(fill, f"{entries} /Resources << /Pattern << /P {number} 0 R >> >>") for number in range(6, 6 + depth)
    ]
    return one_page_pdf(stream(fill), *tiles, stream(b"0 0 9 9 re f", entries), resources="/Pattern << /P 5 0 R >>")


def strokes_pdf(times: int = 1_000_000) -> bytes:
    """A page crossed by a million thick lines, in a kilobyte."""
    cross = b"0 0 m 200 200 l 0 200 l 200 0 l 7 w s "
    return one_page_pdf(stream(zlib.compress(deflated(cross * 10_000, times // 10_000)), "/FlateDecode /FlateDecode"))


def truncated_jpeg() -> bytes:
    written = io.BytesIO()
    Image.effect_noise((300, 300), 80).save(written, "JPEG")
    return written.getvalue()[: len(written.getvalue()) // 2]


def empty() -> bytes:
    return b""


def tiff(frames: int, loop: bool = False) -> bytes:
    """A TIFF of small grey frames that share their pixels; with `loop` the last one is followed by the first."""
    entries = [(256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 8), (279, 64)]
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    start, size = 8 + 64, 2 + len(tags) + 4
    nexts = [start + size * number for number in range(1, frames)] + [start if loop else 0]
    directories = (struct.pack("<H", len(entries)) + tags + struct.pack("<I", offset) for offset in nexts)
    return b"II*\0" + struct.pack("<I", start) + bytes(64) + b"".join(directories)


def frames_tiff() -> bytes:
    return tiff(100_000)


def loop_tiff() -> bytes:
    return tiff(3, loop=True)


def frames_gif(frames: int = 100_000, side: int = 9_000) -> bytes:
    """A picture of 81 megapixels of which one dot changes 100,000 times."""
    size = struct.pack("<HH", side, side)
    frame = b"\x21\xf9\x04\x00\x01\x00\x00\x00" + b"\x2c" + bytes(4) + b"\1\0\1\0" + b"\x00" + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + size + b"\x80\x00\x00" + bytes(6) + frame * frames + b"\x3b"


def huge_webp() -> bytes:
    """16,383 x 16,383 pixels of one colour."""
    side = 16_383 - 1
    bits = 0x2F | side << 8 | side << 22  # signature, width - 1 and height - 1 in 14 bits each
    data = bits.to_bytes(6, "little") + bytes(64)
    return b"RIFF" + struct.pack("<I", 12 + len(data)) + b"WEBPVP8L" + struct.pack("<I", len(data)) + data


def slow_jpeg(side: int = 1_900, scans: int = 10_000) -> bytes:
    """A progressive JPEG that refines its 4 megapixels ten thousand times."""
    written = io.BytesIO()
    Image.new("L", (side, side)).save(written, "JPEG", progressive=True)
    data = written.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


BOMBS: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        huge_png, text_chunk_png, text_chunks_png, content_bomb_pdf, image_bomb_pdf, claiming_pdf, many_pages_pdf,
        encrypted_pdf, truncated_pdf, poster_pdf, form_nest_pdf, recursive_form_pdf, pattern_nest_pdf, strokes_pdf,
        truncated_jpeg, empty, frames_tiff, loop_tiff, frames_gif, huge_webp, slow_jpeg,
    )
}  # fmt: skip


def written(name: str, folder: Path) -> Path:
    """The file of this name, made in `folder`."""
    path = folder / name
    path.write_bytes(BOMBS[name]())
    return path
