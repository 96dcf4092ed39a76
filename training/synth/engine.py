"""From an id to a document: text -> layout -> render -> degrade, and every annotation through the same warp.

An id is `kind/split/seed/index`, as in `receipts/train/7/123`; split is "train" or "test". The same id, text folder,
fonts and library versions give the same document, in any process and whatever was drawn before it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.synth import documents, photo, warp
from training.synth.annotation import Block, Defect, Document, Points
from training.synth.faces import Faces
from training.synth.fonts import FONT_FOLDERS
from training.synth.sheet import Overflow, Sheet, all_transformed, moved_together
from training.synth.words.corpus import Corpus

SPLITS = ("train", "test")
MOST_ATTEMPTS = 30


@dataclass(frozen=True)
class World:
    """What documents are made from: faces and text of one split."""

    faces: Faces
    corpus: Corpus


class DocumentType(Protocol):
    """A module of `training.synth.documents`. `NAME` is the module's own name."""

    NAME: str

    def compose(self, rng: random.Random, world: World) -> Sheet:
        """A new document, drawn and annotated. May raise Overflow: it is then composed anew."""
        ...


def kinds() -> list[str]:
    """The names of all document types."""
    return sorted(module.name for module in pkgutil.iter_modules(documents.__path__) if not module.name.startswith("_"))


def document_type(kind: str) -> DocumentType:
    """The module of a document type. Raises ValueError for an unknown one."""
    if kind not in kinds():
        raise ValueError(f"There is no document type {kind!r}; choose one of: {', '.join(kinds())}.")
    module: DocumentType = importlib.import_module(f"{documents.__name__}.{kind}")
    return module


class Engine:
    """Draws documents. `text` is a folder of text files (see `words.files`); None leaves the built-in generator."""

    def __init__(self, text: Path | None = None, fonts: Path | None = None) -> None:
        self.text, self.folders = text, FONT_FOLDERS if fonts is None else (fonts,)

    @functools.cached_property
    def _worlds(self) -> dict[str, World]:
        return {}

    def world(self, split: str) -> World:
        """Faces and text of a split, loaded when first asked for."""
        if split not in SPLITS:
            raise ValueError(f"There is no split {split!r}; choose one of: {', '.join(SPLITS)}.")
        if split not in self._worlds:
            testing = split == "test"
            self._worlds[split] = World(Faces(testing, self.folders), Corpus(self.text, testing))
        return self._worlds[split]

    def warm_up(self, split: str) -> None:
        """Reads all text of a split, so that worker processes share it."""
        self.world(split).corpus.warm_up()

    def document(self, id: str) -> Document:
        """The document of an id. Raises ValueError for an id that names nothing."""
        sheet, rng = self._sheet(id)
        return finish(id, id.split("/")[0], sheet, rng)

    def sheet(self, id: str) -> Sheet:
        """The sheet of an id, drawn and annotated but neither worn nor photographed. Raises as `document`."""
        return self._sheet(id)[0]

    def _sheet(self, id: str) -> tuple[Sheet, random.Random]:
        kind, split, rng = _parsed(id)
        return _composed(document_type(kind), rng, self.world(split)), rng


def _parsed(id: str) -> tuple[str, str, random.Random]:
    parts = id.split("/")
    if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
        raise ValueError(f"{id!r} is no document id; one looks like receipts/train/7/123.")
    return parts[0], parts[1], random.Random(id)


def _composed(module: DocumentType, rng: random.Random, world: World) -> Sheet:
    for _ in range(MOST_ATTEMPTS):
        try:
            return module.compose(rng, world)
        except Overflow as error:
            last = error
    raise RuntimeError(f"{module.NAME}: {MOST_ATTEMPTS} layouts in a row did not fit: {last}.")


def finish(id: str, kind: str, sheet: Sheet, rng: random.Random) -> Document:
    """The drawn sheet worn, warped and photographed in one of its profiles."""
    cv2.setNumThreads(1)
    profile = rng.choices(list(sheet.profiles), list(sheet.profiles.values()))[0]
    line = line_height(sheet)
    ink = np.asarray(sheet.ink)
    worn, defects = photo.wear_ink(rng, ink, line, profile) if sheet.paper else (ink, [])
    flat = printed(sheet, worn, rng, profile)
    geometry = choose_warp(rng, profile, sheet.width, sheet.height)
    image, ink = placed(flat, ink, geometry, rng, sheet.paper and profile in ("photo", "thermal"))
    image, more = photo.develop(rng, image, line, profile)
    order = {line: i for i, line in enumerate(line for block in sheet.blocks for line in block.lines)}
    return Document(
        id=id,
        kind=kind,
        language=sheet.language,
        image=Image.fromarray(image),
        ink=ink,
        blocks=_moved_blocks(sheet.blocks, geometry),
        fields=dict(sheet.fields),
        evidence={name: tuple(order[line] for line in lines) for name, lines in sheet.evidence.items()},
        questions=tuple(
            replace(question, evidence=tuple(order[line] for line in lines)) for question, lines in sheet.questions
        ),
        defects=(*_moved_defects(defects, geometry), *geometry.defects, *more),
        profile=profile,
        target=sheet.target,
    )


def line_height(sheet: Sheet) -> float:
    """How high the sheet's lines typically are, in pixels; 20 where there are none."""
    return 0.9 * float(np.median(sheet.sizes)) if sheet.sizes else 20.0


def printed(sheet: Sheet, ink: NDArray[np.uint8], rng: random.Random, profile: str) -> NDArray[np.uint8]:
    """The layers put together: graphics on paper, then ink in its colours."""
    ground = np.asarray(sheet.graphics)
    if sheet.paper:
        ground = cv2.multiply(ground, photo.paper(rng, sheet.height, sheet.width, profile), scale=1 / 255)
    if sheet.colour.getbbox() is None:  # all text is black
        return np.asarray(cv2.multiply(ground, cv2.merge([255 - ink] * 3), scale=1 / 255), np.uint8)
    return blend(np.asarray(sheet.colour), ground, ink)


def blend(above: NDArray[np.uint8], below: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`above` where the mask (h, w) is 255, `below` where it is 0, (h, w, 3)."""
    alpha = cv2.merge([mask, mask, mask])
    both = cv2.add(cv2.multiply(above, alpha, scale=1 / 255), cv2.multiply(below, 255 - alpha, scale=1 / 255))
    return np.asarray(both, np.uint8)


def choose_warp(rng: random.Random, profile: str, width: int, height: int) -> warp.Warp:
    """How a document of this profile comes before a lens or onto a scanner's glass."""
    if profile in ("photo", "thermal"):
        return warp.photograph(rng, width, height)
    if profile in ("scan", "fax"):
        return warp.scan(rng, width, height)
    return warp.identity(width, height)


def placed(
    flat: NDArray[np.uint8], ink: NDArray[np.uint8], geometry: warp.Warp, rng: random.Random, on_table: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The page in its place: warped, in its own shading, and what it lies on around it; and its ink (h, w) warped."""
    width, height = geometry.size
    image, ink = _warped(flat, ink, geometry)
    light = geometry.shading()
    if light is not None:
        image = _shaded(image, light)
    if on_table:
        page = geometry.pixels(np.full(flat.shape[:2], 255, np.uint8), (0, 0, 0))
        image = blend(image, photo.surroundings(rng, height, width), page)
    return image, ink


def _warped(
    flat: NDArray[np.uint8], ink: NDArray[np.uint8], geometry: warp.Warp
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Page and ink as one image of four channels, which takes less time than the page alone.

    There is no ink at the edges of a sheet (`sheet.EDGE`), so that none is replicated beyond them.
    """
    if geometry.matrix is None:
        return geometry.pixels(flat, "replicated"), geometry.pixels(ink, 0)
    both = cv2.insertChannel(ink, cv2.cvtColor(flat, cv2.COLOR_RGB2RGBA), 3)
    warped = geometry.pixels(np.asarray(both, np.uint8), "replicated")
    page, moved = cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB), cv2.extractChannel(warped, 3)
    return np.asarray(page, np.uint8), np.asarray(moved, np.uint8)


def _shaded(image: NDArray[np.uint8], light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The image in a light (h, w), rounded down; a few rows at a time, which stay in the processor's cache."""
    shaded = np.empty_like(image)
    for top in range(0, len(image), 16):
        rows = slice(top, top + 16)
        lit = cv2.multiply(image[rows], cv2.merge([light[rows]] * 3), dtype=cv2.CV_32F)
        shaded[rows] = np.minimum(lit, 255)
    return shaded


def _moved_blocks(blocks: Sequence[Block], geometry: warp.Warp) -> tuple[Block, ...]:
    """A sheet's annotation sent through a warp, all its points at once."""
    moved = iter(moved_together([block.region for block in blocks], geometry.points))
    lines = iter(all_transformed([line for block in blocks for line in block.lines], geometry.points))
    return tuple(replace(block, lines=tuple(islice(lines, len(block.lines))), region=next(moved)) for block in blocks)


def _moved_defects(defects: list[Defect], geometry: warp.Warp) -> list[Defect]:
    return [
        defect if defect.box is None else replace(defect, box=_moved_box(defect.box, geometry)) for defect in defects
    ]


def _moved_box(box: tuple[float, float, float, float], geometry: warp.Warp) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    corners: Points = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    moved = geometry.points(corners).clip(0, np.array(geometry.size))
    return float(moved[:, 0].min()), float(moved[:, 1].min()), float(moved[:, 0].max()), float(moved[:, 1].max())
