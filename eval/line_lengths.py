"""How well lines are read by how long they are: CER of lines drawn black on white, whole and cut (`hyocr.pieces`).

    python -m eval.line_lengths --model nano

Protocol: English words and numbers, chosen by seed, in six faces of DejaVu and Liberation at 32, 36 and 40 pixels, two
lines of each; all lines of a row have the same number of characters. "whole" is one canvas a line, "cut" what
`hyocr read` does.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from eval.arguments import positive
from eval.benchmarks.base import Item
from eval.metrics.cer import cer
from eval.metrics.text import single_spaces
from eval.systems.hyocr import HyocrSystem
from hyocr.canvas import canvas
from hyocr.errors import HyocrError
from hyocr.reader import line_request
from hyocr.tasks import read

LENGTHS = (20, 40, 60, 80, 100, 120, 160, 200)
FACES = (
    *("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf"),
    *("LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf", "LiberationMono-Regular.ttf"),
)
SIZES = (32, 36, 40)
SEED = 0
COMMON = (
    "the of and to in that is was for on with as by at from this which have or had they not are but been will all any "
    "account address agreement amount arrival balance before between buyer carriage charge claim committee correct "
    "customer delivery different discount during effect every examine following general goods harbour however invoice "
    "keeper letter liability manner matter month number office order payment period possible price quantity quarter "
    "receipt record refund result return risk seller service several shipping should street success supplier terms "
    "through total travel under unless value within without writing London Monday October Smith North Article Section"
)
WORDS = COMMON.split()


def draw_text(rng: random.Random, length: int) -> str:
    """Words apart by single spaces, some numbers among them, exactly `length` characters in all."""
    text = ""
    while len(text) < length:
        word = f"{rng.randrange(10_000) / 100:.2f}" if rng.random() < 0.08 else rng.choice(WORDS)
        text += f" {word}{rng.choice(',.;') if rng.random() < 0.1 else ''}" if text else word.capitalize()
    text = text[:length]
    return text if not text.endswith(" ") else f"{text[:-1]}s"


def draw_line(text: str, face: str, size: int) -> Image.Image:
    """The text, black on white, with the margins that the line finder leaves. Raises OSError for a missing face."""
    font = ImageFont.truetype(face, size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    beside, above = size // 4, size // 8
    image = Image.new("RGB", (right - left + 2 * beside, bottom - top + 2 * above), "white")
    ImageDraw.Draw(image).text((beside - left, above - top), text, fill="black", font=font)
    return image


def draw_lines(length: int, copies: int) -> list[tuple[str, Image.Image]]:
    """All lines of one length, with their texts; the same ones every time."""
    rng = random.Random(f"{SEED}/{length}")
    looks = [(face, size) for face in FACES for size in SIZES for _ in range(copies)]
    texts = [draw_text(rng, length) for _ in looks]
    return [(text, draw_line(text, *look)) for text, look in zip(texts, looks, strict=True)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--lengths", type=positive, nargs="+", default=LENGTHS, help="characters")
    parser.add_argument("--copies", type=positive, default=2, help="lines per face and size")
    options = parser.parse_args(arguments)
    try:
        system = HyocrSystem(options.model, options.threads)
        print("characters  lines  whole   cut")
        for length in options.lengths:
            lines = draw_lines(length, options.copies)
            truths = [text for text, _ in lines]
            whole, cut = (cer(reading(system, lines), truths) for reading in (_whole, _cut))
            print(f"{length:10}  {len(lines):5}  {100 * whole:4.1f} %  {100 * cut:4.1f} %", flush=True)
    except (HyocrError, OSError) as error:
        print(f"eval.line_lengths: {error}", file=sys.stderr)
        return 1
    return 0


def _whole(system: HyocrSystem, lines: Sequence[tuple[str, Image.Image]]) -> list[str]:
    requests = [line_request(canvas(image), read.prompt()) for _, image in lines]
    return [single_spaces(answer.text) for answer in system.engine.generate(requests)]


def _cut(system: HyocrSystem, lines: Sequence[tuple[str, Image.Image]]) -> list[str]:
    asked = [(Item(str(i), image.copy, text, text), image) for i, (text, image) in enumerate(lines)]
    return [prediction.output for prediction in system.answer("line", asked)]


if __name__ == "__main__":
    sys.exit(main())
