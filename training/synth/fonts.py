"""The fonts to draw with: found on this machine, checked for real letters, some families held out for testing."""

from __future__ import annotations

import functools
import hashlib
import re
from collections import defaultdict
from pathlib import Path

from PIL import ImageFont

FONT_FOLDERS = (Path("/usr/share/fonts"), Path.home() / ".local/share/fonts")
# Symbols, icons, mathematics, other scripts and faces that no reader would call text.
_UNWANTED = re.compile(
    r"symbol|icon|math|emoji|dingbat|ornament|music|braille|cjk|initials|keyboard|smallcaps|caps|bitmap|tlwg|D050000L|humor|bebas|Biolinum_K|Ubuntu-Title|RomandeADFStyle|"
    r"Noto(?!(Sans|Serif|SansMono|SansDisplay|SerifDisplay|Mono)[-\[])",
    re.IGNORECASE,
)
_HELD_OUT_SHARE = 10  # one family group in ten
_Glyph = tuple[tuple[int, int], bytes]


def held_out(name: str, share: int = _HELD_OUT_SHARE) -> bool:
    """Whether a name belongs to the `1/share` reserved for testing: fixed by its hash, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest()) % share == 0


@functools.lru_cache(maxsize=1024)
def load(path: str, size: int) -> ImageFont.FreeTypeFont:
    """A font file at a size in pixels per em; "fonts.ttc#2" is the third font of a collection."""
    file, collection, member = path.partition(".ttc#")
    return ImageFont.truetype(
        file + ".ttc" if collection else path, size, index=int(member or 0), layout_engine=ImageFont.Layout.BASIC
    )


@functools.lru_cache(maxsize=4096)
def _missing_glyph(path: str) -> _Glyph | None:
    return _glyph(path, "\U0010fffd")


def _glyph(path: str, character: str) -> _Glyph | None:
    """What shows of a character and where, None if nothing does."""
    picture, (x, y) = load(path, 24).getmask2(character, mode="L")
    box = picture.getbbox()
    return None if box is None else ((x + box[0], y + box[1]), bytes(picture.crop(box)))


@functools.lru_cache(maxsize=200_000)
def can_draw(path: str, character: str) -> bool:
    """Whether the font has its own, visible glyph for the character."""
    if character == " ":
        return True
    glyph = _glyph(path, character)
    return glyph is not None and glyph != _missing_glyph(path)


def families(testing: bool, folders: tuple[Path, ...] = FONT_FOLDERS) -> dict[str, list[str]]:
    """Latin font files by family, either those for training or those held out for testing.

    Families that begin alike ("DejaVu Sans" and "DejaVu Serif", "STIX" and "STIXGeneral") are held out together.
    Fonts with Han characters are no Latin ones, see `faces.chinese_families`.
    Raises FileNotFoundError if there are none.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.rglob("*.[to]tf")):
            if _UNWANTED.search(path.name):
                continue
            try:
                family = load(str(path), 24).getname()[0] or path.stem
            except OSError:
                continue
            if held_out(family[:4].lower()) != testing or can_draw(str(path), "的"):
                continue
            if all(can_draw(str(path), c) for c in "AQagmx0479.,"):
                found[family].append(str(path))
    if not found:
        raise FileNotFoundError(
            "no usable fonts found: run training/install_fonts.sh, or give --fonts a folder of .ttf files"
        )
    return dict(found)
