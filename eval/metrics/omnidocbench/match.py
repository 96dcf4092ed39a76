"""OmniDocBench's "quick match": which predicted blocks are which true blocks of a page.

Both sides are lists of normalised strings; d is Levenshtein over the longer length. In the published order:

1. Neighbouring predictions are joined where a true block seems to have been split: blocks with a partner at d < 0.25
   stand aside; for each other true block the run of neighbours is grown as long as d does not rise and every part lies
   somewhere in the true block at a distance of at most 0.6 of its own length. The cheapest run of each true block is
   kept; of runs that overlap, the disjoint set with the lowest mean cost.
2. An assignment of lowest total d; pairs over 0.7 are dissolved.
3. A true block left over joins the first prediction it is inside of (at less than 0.4 of its length), so several true
   blocks may share a prediction.
4. What is left on both sides is assigned, however bad; true blocks left without a prediction stand alone.

Versions: 1.0 assigns in step 4 by the plain Levenshtein distance, 1.5 by d; and 1.0 counts a true block left over twice
where no prediction is left over. Published code falls back to `simple_match`
after 30 s; here a page with over MAX_WINDOWS does, so that a score does not depend on the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment

from eval.metrics.formula_edit import Version

CONFIDENT, SPLIT, MATCHED, INSIDE = 0.25, 0.6, 0.7, 0.4
MAX_WINDOWS = 20_000_000
"""Stretches of text that steps 1 and 3 may have to compare on one page; dense newspaper pages have some two million."""

Run = tuple[int, ...]


class Pair(NamedTuple):
    """True blocks read as one and the predictions they were read as, by index; one side may be empty."""

    truth: Run
    prediction: Run


def quick_match(truth: Sequence[str], prediction: Sequence[str], version: Version = "1.5") -> list[Pair]:
    """Pairs that hold every true block once. No string may be empty.

    Predictions left over are a last pair with no truth, and only where every true block found a partner (as published).
    """
    if not truth:
        return [Pair((), (p,)) for p in range(len(prediction))]
    if not prediction:
        return [Pair((t,), ()) for t in range(len(truth))]
    if len(truth) == len(prediction) == 1:
        return [Pair((0,), (0,))]
    if len(truth) * sum(map(len, prediction)) + len(prediction) * sum(map(len, truth)) > MAX_WINDOWS:
        return simple_match(truth, prediction)
    assigned = _assigned(truth, prediction)
    partners: dict[Run, list[int]] = {run: [t] for t, run in assigned.items()}
    left = [t for t in range(len(truth)) if t not in assigned]
    for p, inside in _containing(truth, prediction, left):
        # A prediction whose finds have all gone elsewhere is used up all the same, as published.
        partners.setdefault((p,), []).extend(t for t in inside if t in left)
        left = [t for t in left if t not in inside]
    pairs = [Pair(tuple(sorted(found)), run) for run, found in partners.items() if found]
    used = {p for run in partners for p in run}
    return pairs + _leftovers(truth, prediction, left, [p for p in range(len(prediction)) if p not in used], version)


def simple_match(truth: Sequence[str], prediction: Sequence[str]) -> list[Pair]:
    """One to one, at the lowest total d; what finds no partner stands alone. No string may be empty."""
    rows, columns = linear_sum_assignment(distances(truth, prediction))
    partner = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    pairs = [Pair((t,), (partner[t],) if t in partner else ()) for t in range(len(truth))]
    taken = set(partner.values())
    rest = tuple(p for p in range(len(prediction)) if p not in taken)
    return [*pairs, Pair((), rest)] if rest else pairs


def distances(truth: Sequence[str], prediction: Sequence[str]) -> NDArray[np.float64]:
    """d of all pairs, one row per true block."""
    if not truth or not prediction:
        return np.zeros((len(truth), len(prediction)))
    return cdist(truth, prediction, scorer=Levenshtein.normalized_distance, dtype=np.float64)


def _assigned(truth: Sequence[str], prediction: Sequence[str]) -> dict[int, Run]:
    """Steps 1 and 2: the run of predictions of each true block that has one at d <= 0.7."""
    runs = _joined(truth, prediction)
    cost = distances(truth, [" ".join(prediction[p] for p in run) for run in runs])
    return {int(t): runs[r] for t, r in zip(*linear_sum_assignment(cost), strict=True) if not cost[t, r] > MATCHED}


def _joined(truth: Sequence[str], prediction: Sequence[str]) -> list[Run]:
    """Step 1: all predictions in order, those joined as one run."""
    confident = np.asarray(distances(truth, prediction) < CONFIDENT)
    free: NDArray[np.bool_] = ~np.any(confident, axis=0)
    candidates: list[tuple[Run, float]] = []
    for t in np.flatnonzero(~np.any(confident, axis=1)).tolist():
        runs = [_grown(truth[t], prediction, p, free) for p in np.flatnonzero(free).tolist()]
        if runs:
            cost = distances([truth[t]], [" ".join(prediction[p] for p in run) for run in runs])[0]
            best = int(cost.argmin())
            candidates.append((runs[best], float(cost[best])))
    chosen = {run[0]: run for run in _disjoint(candidates)}
    result: list[Run] = []
    for p in range(len(prediction)):
        if not result or p > result[-1][-1]:
            result.append(chosen.get(p, (p,)))
    return result


def _grown(truth: str, prediction: Sequence[str], first: int, free: NDArray[np.bool_]) -> Run:
    """The run of predictions from `first` on that reads like parts of the true block."""
    run, text = [first], prediction[first]
    before: float | None = None
    while (p := run[-1] + 1) < len(prediction) and free[p]:
        part = prediction[p]
        # Cheap tests first; the published order of the tests makes no difference to the outcome.
        if len(part) > len(truth) or len(prediction[run[0]]) > len(truth):
            break
        before = Levenshtein.normalized_distance(truth, text) if before is None else before
        after = Levenshtein.normalized_distance(truth, f"{text} {part}")
        if after > before or (len(run) == 1 and inside_distance(text, truth, SPLIT) > SPLIT):
            break
        if inside_distance(part, truth, SPLIT) >= SPLIT:
            break
        run, text, before = [*run, p], f"{text} {part}", after
        if len(text) > len(truth):
            break
    return tuple(run)


def _disjoint(candidates: list[tuple[Run, float]]) -> list[Run]:
    """Of overlapping runs those of the disjoint set with the lowest mean cost, sets being grown greedily."""
    groups: list[list[tuple[Run, float]]] = []
    for candidate in sorted(candidates, key=lambda c: c[0][0]):
        if groups and any(set(candidate[0]) & set(run) for run, _ in groups[-1]):
            groups[-1].append(candidate)
        else:
            groups.append([candidate])
    return [run for group in groups for run in _cheapest(group)]


def _cheapest(group: list[tuple[Run, float]]) -> list[Run]:
    sets: list[dict[Run, float]] = []
    for run, cost in group:
        placed = False
        for known in sets:
            if run in known:
                # A better price for the same run moves it to the end, as published.
                if cost < known[run]:
                    del known[run]
                    known[run] = cost
                placed = True
            elif not any(set(run) & set(other) for other in known):
                known[run] = cost
                placed = True
        if not placed:
            sets.append({run: cost})
    costs = [sum(known.values()) / len(known) for known in sets]
    return list(sets[costs.index(min(costs))])


def inside_distance(part: str, whole: str, limit: float = 1.0) -> float:
    """Levenshtein of `part` and the most similar stretch of its length in `whole`, over that length.

    1 if `part` is longer. Values over `limit` may come out as any value over it.
    """
    length = len(part)
    if not 0 < length <= len(whole):
        return 1.0
    if part in whole:
        return 0.0
    # No stretch can have signs that are nowhere in `whole`.
    if (_signs(part) - _signs(whole)).total() > limit * length:
        return 1.0
    best = int(limit * length) + 1
    for start in range(len(whole) - length + 1):
        best = min(best, Levenshtein.distance(part, whole[start : start + length], score_cutoff=best))
        if best == 0:
            break
    return best / length


@lru_cache(maxsize=256)
def _signs(text: str) -> Counter[str]:
    return Counter(text)


def _containing(truth: Sequence[str], prediction: Sequence[str], left: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Step 3: for each prediction in order the true blocks among `left` that lie inside it, if any."""
    found = []
    for p, text in enumerate(prediction):
        inside = [t for t in left if inside_distance(truth[t], text, INSIDE) < INSIDE]
        if inside:
            found.append((p, inside))
    return found


def _leftovers(
    truth: Sequence[str], prediction: Sequence[str], left: list[int], unused: list[int], version: Version
) -> list[Pair]:
    """Step 4."""
    if not left:
        return [Pair((), tuple(unused))] if unused else []
    if not unused and version == "1.0":
        return [Pair((t,), ()) for t in left for _ in range(2)]
    rest = [prediction[p] for p in unused]
    cost = distances([truth[t] for t in left], rest)
    if version == "1.0" and rest:
        cost = cdist([truth[t] for t in left], rest, scorer=Levenshtein.distance, dtype=np.float64)
    rows, columns = linear_sum_assignment(cost)
    partner = {left[r]: unused[c] for r, c in zip(rows, columns, strict=True)}
    return [Pair((t,), (partner[t],) if t in partner else ()) for t in left]
