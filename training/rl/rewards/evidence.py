"""Answers with their evidence: two rewards, one for each part, for process-aware GRPO.

    perception = mean over true lines of recall * min(1, 3 |evidence| / |observation|)
    reasoning = ANLS of what stands in `<answer>`

Both are 0 where the format is broken (`well_formed`). After the two parts of VIDEOP2R (arXiv 2511.11113), whose judge
of perception gives way to what drawn documents know: a line's recall is 1 - its normalised edit distance to the nearest
line observed, 1 from 0.9 up (`eval.benchmarks.synth_evidence`). Lengths are in characters. That an observation of more
than COPIED times the evidence loses in proportion is ours: else the whole page would do.
"""

from __future__ import annotations

from eval.benchmarks.synth_evidence import parts, recalled
from eval.metrics.anls import anls
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"evidence"})
COPIED = 3

_TAGS = ("<observation>", "</observation>", "<answer>", "</answer>")


def well_formed(output: str) -> bool:
    """VIDEOP2R's R_form: both parts, each once, the observation at the start, the answer at the end."""
    output = output.strip()
    places = [output.find(tag) for tag in _TAGS]
    once = all(output.count(tag) == 1 for tag in _TAGS)
    return once and places == sorted(places) and places[0] == 0 and output.endswith(_TAGS[-1])


def perception_score(output: str, truth: str, size: Size) -> float:
    """Of the observation; see the module. 1 where there is no evidence and none was given."""
    if not well_formed(output):
        return 0.0
    given, there = parts(output).lines, parts(truth).lines
    recall = sum(recalled(line, given) for line in there) / len(there) if there else 1.0
    observed, evidence = (sum(map(len, lines)) for lines in (given, there))
    return recall * min(1.0, COPIED * evidence / observed) if observed else recall


def reasoning_score(output: str, truth: str, size: Size) -> float:
    """Of the answer; see the module."""
    return anls(parts(output).answer, [parts(truth).answer]) if well_formed(output) else 0.0


perception = scored("perception", TASKS, perception_score)
reasoning = scored("reasoning", TASKS, reasoning_score)
