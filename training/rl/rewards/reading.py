"""Reading: is the text there, line by line?

    r = 1 - NED(output, truth)

Blank lines are dropped, white space within a line is single spaces, line ends count as a character. NED is the
Levenshtein distance over the longer length (`eval.metrics.ned`), the form that HunyuanOCR gives its text rewards.
"""

from __future__ import annotations

from eval.metrics.ned import normalised_distance
from eval.metrics.text import single_spaces
from hyocr.engines.base import Generation
from hyocr.tasks import read
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"read", "subtitles"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module; 1 where there is nothing to read and nothing was read."""
    return 1 - normalised_distance(_lines(output, size), _lines(truth, size))


def _lines(answer: str, size: Size) -> str:
    return "\n".join(single_spaces(line.text) for line in read.parse(Generation(answer, "stop"), *size).lines)


reward = scored("reading", TASKS, score)
