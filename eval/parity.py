"""Whether the engines give the same answers, token by token: transformers against vLLM, in process and as a server.

    python -m eval.parity --output parity.json      # needs vLLM; `make parity` does it in an environment of its own

Half of the images are whole pages and half line canvases; all are asked greedily, the lines of the language model too.
The exit code is 0 if at least 96 % of the images agree in every engine: same text, same tokens, same finish reason.

Greedy answers can differ although weights, pixels and prompt are the same. A sum of floats depends on its order, and
the order on the kernel, which is chosen by the shapes: another library, other rows in the batch or a prompt taken in
chunks change log-probabilities by some 1e-5 in float32, and by far more in bfloat16. Where the two best tokens are
nearer than that, the other one wins, and what follows is another text. Such a near tie shows: up to it the
log-probabilities are as equal as ever, and at it each engine gives its own choice nearly the same one, of at most
ln 1/2. Anything else is a fault. `--engines alone` tells how much one library differs from itself: transformers with
a single image per batch. With `--adapter FOLDER`, transformers has the LoRA adapter beside the weights, and vLLM has
it merged into them, as `--engines merged` has it in transformers. `--observations N` asks N questions about the text of
pages, as nano reads them, instead of about images: for a model such as small.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import torch

from eval.arguments import positive
from eval.receipts_data import receipts
from eval.runner import write_json
from eval.serving import leave_blocks_on_sigterm, served
from hyocr.canvas import canvas
from hyocr.engines.base import Engine, Generation, Request
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.vllm import VllmEngine
from hyocr.engines.vllm_settings import build
from hyocr.errors import HyocrError
from hyocr.lines import propose
from hyocr.model.merging import merge
from hyocr.observation import observe, observed_prompt
from hyocr.pieces import cut
from hyocr.reader import Reader, line_request
from hyocr.sources import open_source
from hyocr.tasks import ask, fields, read

ENOUGH = 0.96
RECEIPTS = Path("../shared/data/receipts")
EXAMPLES = (Path("examples/receipt.jpg"), Path("examples/page.png"))
PRECISION = "float32" if not torch.cuda.is_available() else "bfloat16"
"""What vLLM computes in (`hyocr.engines.vllm_settings`)."""
SHOWN = 24
"""Characters shown of each continuation."""


@dataclass(frozen=True)
class Divergence:
    """Where two answers about one image part; of each pair the first is the reference's.

    `token` and `character` are the offsets of the first token that differs; `token` is None where an engine told no
    tokens. `next` is how the texts go on, `logprobs` what each engine gave its own next token: None at the end of an
    answer (the stop token's is not kept) and where no tokens were told.
    """

    image: int
    token: int | None
    character: int
    next: tuple[str, str]
    logprobs: tuple[float | None, float | None]
    finish: tuple[str, str]

    @property
    def gap(self) -> float | None:
        """How far apart the engines' log-probabilities of their own choices are: about 0 at a near tie."""
        first, second = self.logprobs
        return None if first is None or second is None else abs(first - second)


@dataclass(frozen=True)
class Comparison:
    """How many of `images` answers agree: wholly (`agree`), in their text, finish reason, number of tokens.

    `largest` is the largest difference of log-probabilities over the `tokens` tokens that both engines wrote before
    they parted; None without any. Numbers of tokens that an engine did not tell count as equal.
    """

    images: int
    agree: int
    texts: int
    finish_reasons: int
    counts: int
    tokens: int
    largest: float | None
    divergences: tuple[Divergence, ...]

    @property
    def enough(self) -> bool:
        """Whether so many images agree that the engines may be called equal."""
        return self.agree >= ENOUGH * self.images


def compare(reference: Sequence[Generation], other: Sequence[Generation]) -> Comparison:
    """Two engines' answers to the same requests, in the same order."""
    pairs = list(zip(reference, other, strict=True))
    found = [divergence(i, a, b) for i, (a, b) in enumerate(pairs)]
    differences = [difference for a, b in pairs for difference in _differences(a, b)]
    return Comparison(
        images=len(pairs),
        agree=found.count(None),
        texts=sum(a.text == b.text for a, b in pairs),
        finish_reasons=sum(a.finish_reason == b.finish_reason for a, b in pairs),
        counts=sum(not (_told(a) and _told(b)) or len(a.ends) == len(b.ends) for a, b in pairs),
        tokens=len(differences),
        largest=max(differences, default=None),
        divergences=tuple(one for one in found if one),
    )


def divergence(image: int, a: Generation, b: Generation) -> Divergence | None:
    """Where the answers part first; None if text, tokens (where both are told) and finish reason are the same."""
    told = _told(a) and _told(b)
    if a.text == b.text and a.finish_reason == b.finish_reason and (not told or a.ends == b.ends):
        return None
    token = _same(_pieces(a), _pieces(b)) if told else None
    character = _same(a.text, b.text) if token is None else (0, *a.ends)[token]
    return Divergence(
        image,
        token,
        character,
        (a.text[character : character + SHOWN], b.text[character : character + SHOWN]),
        (_logprob(a, token), _logprob(b, token)),
        (a.finish_reason, b.finish_reason),
    )


def _differences(a: Generation, b: Generation) -> list[float]:
    """Of the log-probabilities of the tokens before the answers part: later ones follow other texts."""
    equal = _same(_pieces(a), _pieces(b))
    return [abs(x - y) for x, y in zip(a.logprobs[:equal], b.logprobs[:equal], strict=True)]


def _told(generation: Generation) -> bool:
    return bool(generation.ends) or not generation.text


def _pieces(generation: Generation) -> list[str]:
    """What each token wrote; of tokens that share a character, the first wrote it."""
    return [generation.text[start:end] for start, end in pairwise((0, *generation.ends))]


def _same(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the common beginning."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _logprob(generation: Generation, token: int | None) -> float | None:
    return None if token is None or token >= len(generation.logprobs) else generation.logprobs[token]


class Asked(NamedTuple):
    """A request, and what it is about in words."""

    about: str
    request: Request


def images(count: int, max_tokens: int, files: Sequence[Path]) -> list[Asked]:
    """Half of them whole pages (or all files, if there are fewer), the others line canvases from all over the files."""
    prompt, pages, lines = read.prompt(), [], []
    for path in files:
        with closing(open_source(path)) as source:
            page = next(source).image
        pages.append(Asked(f"page {path.name}", Request(page, prompt, max_tokens)))
        crops = [crop.image for crop in propose(page) if crop.image.width and crop.image.height]
        for number, piece in enumerate(piece for crop in crops for piece in cut(crop)):
            lines.append(Asked(f"line {number} of {path.name}", line_request(canvas(piece), prompt)))
    pages = pages[: (count + 1) // 2]
    wanted = min(count - len(pages), len(lines))
    return pages + [lines[i * len(lines) // wanted] for i in range(wanted)]


def observations(count: int, max_tokens: int, files: Sequence[Path]) -> list[Asked]:
    """Questions about the text of the files, which nano reads: for all of them the fields, then the total."""
    prompts = [fields.prompt(question="company,date,address,total"), ask.prompt(question="What is the total?")]
    files = files[: max(1, -(-count // len(prompts)))]
    with closing(TransformersEngine("nano")) as nano:
        reader = Reader(nano, "lines")
        texts = [observe(result.lines).text for path in files for result in reader.pages(path)]
    every = [
        Asked(f"{prompt[:SHOWN]} of {path.name}", Request(None, observed_prompt(text, prompt), max_tokens))
        for prompt in prompts
        for path, text in zip(files, texts, strict=False)
    ]
    return every[:count]


def _files(count: int) -> list[Path]:
    """Dev receipts where they are, else the examples."""
    try:
        return [receipt.path for receipt in receipts(RECEIPTS, "dev")][:count] or list(EXAMPLES)
    except FileNotFoundError:
        return list(EXAMPLES)


@contextmanager
def _engine(name: str, model: str, adapter: str | None) -> Iterator[Engine]:
    """Reads lines by the language model, as a server can do nothing else."""
    if name == "server":
        extra = ["--lora", adapter] if adapter else []
        with served(model, extra=extra) as server, ServerEngine(server.url, model) as asked:
            yield asked
        return
    engine: VllmEngine | TransformersEngine
    if name == "vllm":
        engine = VllmEngine(model, line_reader="language", adapter=adapter)
    elif name == "merged":
        with tempfile.TemporaryDirectory() as folder:
            merge(model, adapter or "", Path(folder) / "merged")
            yield TransformersEngine(str(Path(folder) / "merged"), line_reader="language", precision=PRECISION)
        return
    else:
        alone = 1 if name == "alone" else None
        engine = TransformersEngine(
            model, line_reader="language", batch_tokens=alone, adapter=adapter, precision=PRECISION
        )
    with closing(engine):
        yield engine


def _answers(name: str, model: str, adapter: str | None, asked: Sequence[Asked]) -> list[Generation]:
    with _engine(name, model, adapter) as engine:
        started = time.perf_counter()
        answers = engine.generate([one.request for one in asked])
    tokens = sum(len(answer.ends) for answer in answers)
    print(f"{name}: {tokens} tokens in {time.perf_counter() - started:.0f} s", flush=True)
    return answers


def report(name: str, found: Comparison, asked: Sequence[Asked]) -> str:
    """The comparison in words, one line for each divergence."""
    far = "no log-probabilities" if found.largest is None else f"log-probabilities within {found.largest:.1e}"
    lines = [
        f"{name} against transformers: {found.agree} of {found.images} images agree "
        f"(texts {found.texts}, finish reasons {found.finish_reasons}, numbers of tokens {found.counts}), "
        f"{far} over {found.tokens} equal tokens"
    ]
    for one in found.divergences:
        place = f"character {one.character}" if one.token is None else f"token {one.token}, character {one.character}"
        sides = " | ".join(
            (repr(text) if text else f"end ({finish})") + ("" if logprob is None else f" at {logprob:.6f}")
            for text, logprob, finish in zip(one.next, one.logprobs, one.finish, strict=True)
        )
        gap = "" if one.gap is None else f"; gap {one.gap:.1e}"
        lines.append(f"  {asked[one.image].about}: {place}: {sides}{gap}")
    return "\n".join(lines)


def _run(options: argparse.Namespace) -> bool:
    files = _files(options.observations or options.images)
    asked = (
        observations(options.observations, options.max_tokens, files)
        if options.observations
        else images(options.images, options.max_tokens, files)
    )
    of = f"receipts of the split dev in {RECEIPTS}" if EXAMPLES[0] not in files else "the examples"
    lines = sum(one.request.single_line for one in asked)
    kind = "observations" if options.observations else "pages"
    model = f"{options.model} with {options.adapter}" if options.adapter else options.model
    print(f"{len(asked) - lines} {kind} and {lines} lines of {of}, {model}", flush=True)
    about = [one.about for one in asked]
    result: dict[str, Any] = {"model": options.model, "adapter": options.adapter, "images": about}
    result |= {"answers": {}, "comparisons": {}}
    reference = _answers("transformers", options.model, options.adapter, asked)
    result["answers"]["transformers"] = [asdict(answer) for answer in reference]
    found = []
    for name in options.engines:
        answers = _answers(name, options.model, options.adapter, asked)
        found.append(compare(reference, answers))
        print(report(name, found[-1], asked), flush=True)
        result["answers"][name] = [asdict(answer) for answer in answers]
        result["comparisons"][name] = asdict(found[-1])
        if options.output:
            write_json(options.output, result)
    return all(one.enough for one in found)


def _environment(threads: int) -> None:
    """For this process and the ones that vLLM and the server start."""
    torch.set_num_threads(threads)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    # Else vLLM takes other numbers of threads and ties them to cores, which somebody may be using.
    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    leave_blocks_on_sigterm()


def main() -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--adapter", metavar="FOLDER", help="a LoRA adapter that goes on the model")
    parser.add_argument("--images", type=positive, default=50)
    parser.add_argument("--observations", type=positive, metavar="N", help="ask about N texts instead of images")
    parser.add_argument(
        "--engines", nargs="+", choices=["vllm", "server", "alone", "merged"], default=["vllm", "server"]
    )
    parser.add_argument("--max-tokens", type=positive, default=256, help="of a page's answer")
    parser.add_argument("--threads", type=positive, default=2)
    parser.add_argument("--output", type=Path, help="JSON with all answers and comparisons")
    options = parser.parse_args()
    if "merged" in options.engines and not options.adapter:
        parser.error("there is nothing to merge without --adapter")
    _environment(options.threads)
    try:
        if {"vllm", "server"} & set(options.engines):
            build()
        return 0 if _run(options) else 1
    except HyocrError as error:
        print(f"eval.parity: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
