"""What training is fed with. A stage's mixture names sources:

- `lines`, `regions`: drawn single lines, and two to four of them below each other;
- `pairs/key`, `pairs/evidence`: drawn lines of labelled values of which one is asked for;
- `crops`: lines of real receipts; `crops/key`: those that hold a key field, which is asked for;
- `receipts/read`, `receipts/spotting`, `receipts/fields`: whole receipts;
- `observed`: questions about a drawn document's text as nano might read it, without its picture; `readings`: the same
  of real receipts as nano did read them (the setting `readings`);
- `formulas`: real formulas; `text`: plain text without a picture;
- `synth/<task>`: a task of `training.synth.tasks`, asked of drawn documents.

Of real data only the train split is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from hyocr import wording
from training.config import Data
from training.example import Source
from training.sources.crops import RealLines, receipt_crops, relabelled
from training.sources.documents import Documents
from training.sources.formulas import Formulas, formulas
from training.sources.keys import RealKeys, keyed_lines
from training.sources.lines import Drawing, DrawnLines, DrawnRegions
from training.sources.observed import Observed, drawn_page, receipt_page
from training.sources.pairs import TASKS as PAIR_TASKS
from training.sources.pairs import DrawnPairs
from training.sources.pictures import fit_page
from training.sources.receipts import ANSWERS, LabelledReceipt, Receipts, labelled_receipts
from training.sources.text import PlainText
from training.synth.engine import Engine
from training.synth.fonts import FONT_FOLDERS, families
from training.synth.samples import task_names
from training.synth.text import TextSource
from training.synth.words.corpus import Corpus

Kept = TypeVar("Kept")


def load_sources(stage: Data, testing: bool = False) -> dict[str, Source]:
    """The sources that the stage's mixture names, in its order.

    `testing` draws in fonts, words and texts that training never shows; the real sources are then left out, since all
    that is known of them here is for training. What is drawn from is read now, so that worker processes share it.
    Raises ValueError for a name that is no source, and for one whose folder is not given or empty; FileNotFoundError
    for a folder that does not exist.
    """
    loader = _Loader(stage, testing)
    drawn, real = loader.drawn(), loader.real()
    for name in stage.mixture:
        if name not in drawn and name not in real:
            raise ValueError(f"mixture: there is no source {name!r}; choose one of: {', '.join([*drawn, *real])}.")
    makers = drawn if testing else drawn | real
    return {name: makers[name]() for name in stage.mixture if name in makers}


class _Loader:
    """Makes a stage's sources; what several need is made once."""

    def __init__(self, stage: Data, testing: bool) -> None:
        self.stage, self.testing = stage, testing
        self.split = "test" if testing else "train"
        self.text = Path(stage.text) if stage.text else None
        self.fonts = Path(stage.fonts) if stage.fonts else None
        self.languages = wording.LANGUAGES if stage.prompt_language == "both" else (stage.prompt_language,)
        self.fit = partial(fit_page, min_pixels=stage.min_pixels, max_pixels=stage.max_pixels)

    def drawn(self) -> dict[str, Callable[[], Source]]:
        """How to make each source that is drawn."""
        return {
            "lines": lambda: DrawnLines(self.drawing, self.languages),
            "regions": lambda: DrawnRegions(self.drawing, self.languages, self.fit),
            **{f"pairs/{task}": partial(self.pairs, task) for task in PAIR_TASKS},
            "observed": self.observed,
            "text": lambda: PlainText(self.corpus),
            **{f"synth/{task}": partial(self.documents, task) for task in task_names()},
        }

    def real(self) -> dict[str, Callable[[], Source]]:
        """How to make each source of real pictures."""
        return {
            "crops": self.crops,
            "crops/key": self.keys,
            "formulas": self.formulas,
            "readings": self.readings,
            **{f"receipts/{task}": partial(self.receipts, task) for task in ANSWERS},
        }

    @cached_property
    def families(self) -> dict[str, list[str]]:
        return families(self.testing, FONT_FOLDERS if self.fonts is None else (self.fonts,))

    @cached_property
    def drawing(self) -> Drawing:
        return Drawing(self.families, TextSource.from_folder(self.text, self.testing))

    @cached_property
    def engine(self) -> Engine:
        engine = Engine(self.text, self.fonts)
        engine.warm_up(self.split)
        return engine

    @cached_property
    def corpus(self) -> Corpus:
        if any(name.startswith(("synth/", "observed")) for name in self.stage.mixture):
            return self.engine.world(self.split).corpus
        corpus = Corpus(self.text, self.testing)
        corpus.warm_up()
        return corpus

    def documents(self, task: str) -> Source:
        return Documents(task, self.engine, self.split, self.languages, self.fit)

    def pairs(self, task: str) -> Source:
        return DrawnPairs(task, self.families, self.languages)

    def observed(self) -> Source:
        return Observed("observed", partial(drawn_page, engine=self.engine, split=self.split), self.testing)

    def readings(self) -> Source:
        pages = self.receipt_pages("readings")
        folder = _folder("readings", "readings", self.stage.readings)
        looks = _some(sorted(path for path in folder.iterdir() if path.is_dir()), "readings", folder)
        return Observed("readings", partial(receipt_page, pages=pages, readings=looks), self.testing)

    def keys(self) -> Source:
        pages = self.receipt_pages("crops/key")
        return RealKeys(_some(keyed_lines(pages), "crops/key", Path(self.stage.receipts)), self.languages)

    def crops(self) -> Source:
        folder = _folder("crops", "receipts", self.stage.receipts)
        crops = relabelled(receipt_crops(folder, "train"), self.stage.labels)
        return RealLines(_some(crops, "crops", folder), list(self.stage.widths), self.languages)

    def receipts(self, task: str) -> Source:
        return Receipts(task, self.receipt_pages(f"receipts/{task}"), self.languages, self.fit)

    def receipt_pages(self, name: str) -> list[LabelledReceipt]:
        folder = _folder(name, "receipts", self.stage.receipts)
        return _some(labelled_receipts(folder, self.stage.labels), name, folder)

    def formulas(self) -> Source:
        folder = _folder("formulas", "formulas", self.stage.formulas)
        return Formulas(_some(formulas(folder), "formulas", folder), self.languages, self.fit)


def _folder(name: str, setting: str, value: str) -> Path:
    if not value:
        raise ValueError(f"mixture: the source {name!r} needs a folder: give the setting {setting!r}.")
    return Path(value)


def _some(found: list[Kept], name: str, folder: Path) -> list[Kept]:
    if not found:
        raise ValueError(f"mixture: {folder} has nothing of the train split for the source {name!r}.")
    return found
