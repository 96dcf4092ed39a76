"""Extraction: named fields as JSON, or the bare value of one.

    r = sum over shared keys of (1 - NED of the values) / number of keys of either side

`eval.metrics.fields.field_similarity`, the reward of HunyuanOCR 1.5 (`train_verl`): values stripped, lower-cased and
without white space; 0 for an output without a JSON object. A null is no field: it costs nothing to leave it out, and
another value for it is one key too many. Where the truth is no JSON object, both answers are the value of one field.
"""

from __future__ import annotations

from eval.metrics.fields import field_similarity
from hyocr.tasks.fields import parse_object
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"fields", "key"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    fields = parse_object(truth)
    if fields is None:
        return field_similarity({"value": output}, {"value": truth})
    return field_similarity(parse_object(output), fields)


reward = scored("extraction", TASKS, score)
