"""The figures as text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.speed.summary import SERVED

ENGINES = {"transformers": "transformers", "vllm": "vLLM in process", "server": "vLLM's server"}
"""What `eval.speed.served` measures, and what it is called."""
VERBS = ("extract", "ask")
"""What pages are asked by `eval.speed.ours.answers`."""


def header(figures: Mapping[str, Any]) -> str:
    """What was measured on what."""
    machine = figures["machine"]
    return (
        f"{figures['model']} on {len(figures['images'])} file(s), each read {figures['repeat']} times; "
        f"{machine['cpu']}, {machine['threads']} threads of {machine['cores']} cores"
    )


def cold(figures: Mapping[str, Any]) -> str:
    """Start to text."""
    return f"\ncold start of `hyocr read`: {_seconds(figures)} per process, {_peak(figures)}"


def read(figures: Mapping[str, Any]) -> str:
    """Seconds per page by phase, and rates."""
    by = f", lines by {figures['line_reader']}" if figures["strategy"] == "lines" else ""
    title = f"page by page (strategy {figures['strategy']}{by})"
    lines = [f"\n{title}: {_seconds(figures)} a page, {_peak(figures)}", *_phases(figures), _start(figures)]
    if figures["characters_per_second"]:
        lines.append(f"  {figures['characters_per_second']:.0f} characters/s (CTC: vision and read head, no decoding)")
    return "\n".join([*lines, *_decoding(figures)])


def answers(verb: str, figures: Mapping[str, Any]) -> str:
    """Answers about pages, reading and answering apart."""
    if "error" in figures:
        return f"\n{verb}: not measured: {figures['error']}"
    title = f"\n{verb} with {figures['model']}: {_seconds(figures)} a page"
    reading, answering = figures["reading"]["median"], figures["answering"]["median"]
    lines = [f"{title}, {figures['ratio']:.2f} times the median of reading, {_peak(figures)}"]
    lines.append(
        f"  {reading:.3f} s to read, {answering:.3f} s to answer with {figures['tokens']:.0f} more tokens than one"
    )
    return "\n".join([*lines, *_phases(figures), _start(figures), *_decoding(figures)])


def language(figures: Mapping[str, Any]) -> str:
    """The language path on line crops."""
    if not figures["samples"]:
        return "\nlanguage path: no lines were found to time it on"
    together = figures["together"]
    lines = [f"\nlanguage path on line crops: {_seconds(figures)} a line, {_peak(figures)}", *_phases(figures)]
    lines += [_start(figures), *_decoding(figures)]
    rate = together["tokens_per_second"]
    lines.append(
        f"  {together['crops']} crops together: {together['seconds']['median']:.3f} s"
        + (f", {rate:.0f} tokens/s" if rate else "")
    )
    return "\n".join(lines)


def batch(figures: Mapping[str, Any]) -> str:
    """Pages together in one call."""
    return (
        f"\n{figures['pages']} page(s) in one call of the engine ({figures['requests']} requests): "
        f"{figures['pages_per_second']:.2f} pages/s, {_peak(figures)}\n"
        f"  {figures['prepare']['median']:.3f} s to find lines and make requests, "
        f"{figures['generate']['median']:.3f} s to read them (medians of {figures['samples']})"
    )


def peer(name: str, figures: Mapping[str, Any]) -> str:
    """Another system beside ours."""
    if "error" in figures:
        return f"\n{name}: not measured: {figures['error']}"
    return f"\n{name}: {_seconds(figures)} a page, {figures['ratio']:.2f} times our median, {_peak(figures)}"


def served_header(figures: Mapping[str, Any]) -> str:
    """What was measured on what, and the head of the table."""
    machine = figures["machine"]
    settings = f"; vLLM with {figures['vllm']}" if figures["vllm"] else ""
    columns = ("engine", "work", "at once", "requests/s", "pages/s", "tokens/s", "p50 s", "p95 s", "wall s", "CPU s")
    return (
        f"{figures['model']} on {len(figures['images'])} file(s); {machine['cpu']}, {machine['threads']} threads of "
        f"{machine['cores']} cores{settings}. p50 and p95 are of a request's latency, wall and CPU seconds are per "
        "request; in brackets the ratio to transformers one by one.\n\n"
        f"| {' | '.join(columns)} |\n|---|---|{'---:|' * (len(columns) - 2)}"
    )


def served(name: str, figures: Mapping[str, Any]) -> str:
    """One engine's rows of the table."""
    if "error" in figures:
        return f"| {ENGINES[name]} | not measured: {figures['error']} |"
    return "\n".join(
        f"| {ENGINES[name]} | {row['work']} | {row['concurrency']} | {' | '.join(_cell(row, key) for key in SERVED)} |"
        for row in figures["rows"]
    )


def _cell(row: Mapping[str, Any], name: str) -> str:
    if row[name] is None:
        return "–"
    ratio = f" ({_number(row['ratios'][name])})" if name in row["ratios"] else ""
    return _number(row[name]) + ratio


def _number(value: float) -> str:
    """Three digits, or all of a larger number's."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def _seconds(figures: Mapping[str, Any]) -> str:
    seconds = figures["seconds"]
    return f"median {seconds['median']:.3f} s, p95 {seconds['p95']:.3f} s of {figures['samples']}"


def _peak(figures: Mapping[str, Any]) -> str:
    return f"{figures['peak_mib']:.0f} MiB peak, load average {figures['load_average']}"


def _start(figures: Mapping[str, Any]) -> str:
    return f"  once: {figures['import']:.2f} s to import the libraries, {figures['load']:.2f} s to load the checkpoint"


def _phases(figures: Mapping[str, Any]) -> list[str]:
    """A row for each phase that took any time; means add up to the mean in all."""
    whole = figures["seconds"]
    rows = [(name, phase) for name, phase in figures["phases"].items() if phase["mean"] or name == "rest"]
    return [f"  {'seconds':12}{'mean':>9}{'median':>9}{'p95':>9}{'share':>8}"] + [
        f"  {name:12}{phase['mean']:9.4f}{phase['median']:9.4f}{phase['p95']:9.4f}{phase['mean'] / whole['mean']:8.1%}"
        for name, phase in [*rows, ("all", whole)]
    ]


def _decoding(figures: Mapping[str, Any]) -> list[str]:
    lines = []
    if figures["tokens_per_second"]:
        lines.append(f"  {figures['tokens_per_second']:.0f} tokens/s in decode, without each answer's first")
    if figures.get("first_token"):
        first = figures["first_token"]
        lines.append(f"  first token after median {first['median']:.3f} s, p95 {first['p95']:.3f} s (streamed)")
    return lines
