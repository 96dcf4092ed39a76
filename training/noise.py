"""Counts what nano misreads: its readings of train receipts beside the truth, as the rates of `training.synth.noise`.

    hyocr read ../shared/data/receipts/images --format json --output runs/readings
    python -m training.noise --readings runs/readings --receipts ../shared/data/receipts

Writes training/synth/noise.json. A read line belongs to the true row whose boxes it shares most with; case counts only
where the labels of `training.relabel` are given, since the truth is upper-cased.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from hyocr import output
from hyocr.document import Box, Line, PageResult
from hyocr.observation import beside
from training.sources.receipts import LabelledReceipt, labelled_receipts
from training.synth.noise import FILE

SHARED = 0.3
"""A read line belongs to a row if the boxes' common area is at least this share of the smaller."""
WORST = 0.5
"""Lines read worse than this (normalised edit distance) say nothing of single characters."""
LEAST = 2
"""Confusions seen less often are left out."""
MOST_JUNK = 300


@dataclass
class Counts:
    """What is added up over all pages."""

    seen: Counter[str] = field(default_factory=Counter)
    confused: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    added: Counter[str] = field(default_factory=Counter)
    spaces_lost: int = 0
    spaces_added: int = 0
    lines: int = 0
    lines_lost: int = 0
    junk: list[str] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)


def count_page(counts: Counts, truth: Sequence[Sequence[Line]], read: Sequence[Line]) -> None:
    """Add one page; `truth` are its rows, each of one or more lines beside each other."""
    taken: defaultdict[int, list[Line]] = defaultdict(list)
    for line in read:
        shares = [max(_common(piece.box, line.box) for piece in row) for row in truth]
        best = max(range(len(truth)), key=shares.__getitem__, default=None)
        if best is None or shares[best] < SHARED:
            counts.junk.append(line.text)
        else:
            taken[best].append(line)
    counts.lines += len(truth)
    counts.lines_lost += sum(i not in taken for i in range(len(truth)))
    wrong = total = 0
    for i, lines in taken.items():
        expected, text = _joined(truth[i]), _joined(lines)
        if Levenshtein.normalized_distance(expected, text) <= WORST:
            wrong += count_line(counts, expected, text)
            total += len(expected)
    counts.pages.append(wrong / max(1, total))


def count_line(counts: Counts, truth: str, read: str) -> int:
    """Add one line; returns its edit distance."""
    counts.seen.update(truth)
    for edit in Levenshtein.editops(truth, read):
        source = truth[edit.src_pos] if edit.src_pos < len(truth) else ""
        target = read[edit.dest_pos] if edit.dest_pos < len(read) else ""
        if edit.tag == "insert":
            if target == " ":
                counts.spaces_added += 1
            else:
                counts.added[target] += 1
        elif source == " ":
            counts.spaces_lost += 1
        else:
            counts.confused[source]["" if edit.tag == "delete" or target == " " else target] += 1
    return Levenshtein.distance(truth, read)


def rates(counts: Counts) -> dict[str, object]:
    """The counts as the fields of `training.synth.noise.Channel`."""
    total = sum(counts.seen.values())
    confused = {
        character: {other: round(n / counts.seen[character], 6) for other, n in others.most_common() if n >= LEAST}
        for character, others in sorted(counts.confused.items())
    }
    mean = sum(counts.pages) / max(1, len(counts.pages))
    return {
        "confused": {character: others for character, others in confused.items() if others},
        "added": {character: round(n / total, 7) for character, n in counts.added.most_common() if n >= LEAST},
        "spaces_lost": round(counts.spaces_lost / max(1, counts.seen[" "]), 5),
        "spaces_added": round(counts.spaces_added / total, 6),
        "lines_lost": round(counts.lines_lost / max(1, counts.lines), 5),
        "junk": sorted(set(counts.junk))[:: max(1, len(set(counts.junk)) // MOST_JUNK)],
        "junk_rate": round(len(counts.junk) / max(1, len(counts.pages)), 3),
        "pages": sorted(round(min(4.0, page / max(mean, 1e-6)), 3) for page in counts.pages),
    }


def rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines in reading order, those beside each other together."""
    found: list[list[Line]] = []
    for line in lines:
        if found and beside(found[-1][-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _joined(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in sorted(lines, key=lambda line: line.box.x1 if line.box else 0.0))


def _common(a: Box | None, b: Box | None) -> float:
    if a is None or b is None:
        return 0.0
    width, height = min(a.x2, b.x2) - max(a.x1, b.x1), min(a.y2, b.y2) - max(a.y1, b.y1)
    smaller = min(a.width * a.height, b.width * b.height)
    return max(0.0, width) * max(0.0, height) / max(1.0, smaller)


def reading(folder: Path, page: LabelledReceipt) -> list[Line] | None:
    """The lines that were read of a receipt; None where it was not read."""
    file = folder / f"{page.path.stem}.json"
    if not file.exists():
        return None
    return PageResult.from_dict(json.loads(file.read_text(encoding="utf-8"))["pages"][0]).lines


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--receipts", type=Path, required=True)
    parser.add_argument("--labels", default="")
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    counts = Counts()
    for page in labelled_receipts(options.receipts, options.labels):
        if (read := reading(options.readings, page)) is not None:
            count_page(counts, rows([Line(text, Box(*box)) for text, box in page.lines]), read)
    found = rates(counts)
    output.write(options.output, json.dumps(found, ensure_ascii=False, indent=0).encode())
    shown = {name: found[name] for name in ("spaces_lost", "spaces_added", "lines_lost", "junk_rate")}
    print(f"{len(counts.pages)} pages, {counts.lines} lines, {sum(counts.seen.values())} characters: {shown}")


if __name__ == "__main__":
    main()
