"""Sources in their shares: endless streams of examples, each of them the same in any process."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from types import MappingProxyType

import cv2
import numpy as np
from PIL import Image

from hyocr.canvas import stretched
from training.example import Example, SampleError, Source
from training.sources.pictures import reason

MOST_FAILURES = 50
"""After so many samples in a row that cannot be had something is wrong with all of them."""


class NothingToDraw(Exception):
    """So many samples in a row could not be had that there is no use in going on."""


class NoShare(ValueError):
    """No source of a mixture has a share."""


class Mixture:
    """Examples of several sources.

    `weights` are the sources' shares of samples (names that are no source here are passed over), `widths` those of the
    canvas widths in pixels, `stretch` those of the factors canvases are widened by. Raises NoShare if no source has a
    share.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        weights: Mapping[str, float],
        seed: int,
        widths: Mapping[int, float],
        stretch: Mapping[float, float] = MappingProxyType({1.0: 1.0}),
    ) -> None:
        self.sources, self.seed, self.widths, self.stretch = sources, seed, widths, stretch
        self.weights = {name: weights[name] for name in sources if weights.get(name, 0) > 0}
        if not self.weights:
            raise NoShare("mixture: give a source a share above 0.")

    def examples(self, item: int, skipped: list[str]) -> Iterator[Example]:
        """The stream of item `item`, all lines in it on canvases of one width.

        What cannot be had, whichever way a picture is bad, is passed over and named in `skipped`. Raises NothingToDraw
        after MOST_FAILURES in a row.
        """
        cv2.setNumThreads(1)  # its threads do not survive a fork, and each worker has one core
        rng = random.Random(f"{self.seed}/{item}")
        width = rng.choices(list(self.widths), list(self.widths.values()))[0]
        factor = rng.choices(list(self.stretch), list(self.stretch.values()))[0]
        failures = 0
        for index in count():
            name = rng.choices(list(self.weights), list(self.weights.values()))[0]
            try:
                example = self.sources[name].draw(random.Random(f"{self.seed}/{item}/{index}"), width)
                example = _stretched(example, factor)
            except (SampleError, ValueError, OSError, cv2.error) as error:
                skipped.append(str(error) if isinstance(error, SampleError) else f"{name}: {reason(error)}")
                failures += 1
                if failures == MOST_FAILURES:
                    raise NothingToDraw(
                        f"{failures} samples in a row could not be had, the last one {skipped[-1]}"
                    ) from error
                continue
            failures = 0
            yield example


def _stretched(example: Example, factor: float) -> Example:
    if not (example.line or example.canvas) or example.image is None:
        return example
    return replace(example, image=np.array(stretched(Image.fromarray(example.image), factor)))
