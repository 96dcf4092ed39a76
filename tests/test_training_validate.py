"""Held-out scores: of what the stage trains, whatever it mixes, and in its own spelling of answers."""

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from training import batches, validate
from training.checkpoint import NANO
from training.config import Stage
from training.distributed import World
from training.example import Example, SampleError
from training.objective import Losses
from training.validate import Validation

HERE = World(0, 1, torch.device("cpu"))


class Drawn:
    """Lines on canvases, or pages; one in ten is broken."""

    def __init__(self, task):
        self.task, self.asked = task, 0

    def draw(self, rng, width):
        self.asked += 1
        if rng.random() < 0.1:
            raise SampleError("x", "broken")
        line = self.task == "lines"
        return Example(self.task, "Read.", "Tea House", np.zeros((32, width if line else 64, 3), np.uint8), line)


class Told:
    """An objective that only says what it was given: a loss of 2 for each token and of 3 for each line."""

    def __init__(self, tasks, language=1.0):
        self.tasks, self.language, self.packs = tasks, language, []

    def __call__(self, pack):
        self.packs.append(pack)
        counts = torch.bincount(pack.tasks, minlength=self.tasks) * self.language
        return Losses(counts.sum(), torch.tensor(3.0 * pack.lines), counts.sum(), torch.stack([2 * counts, counts], 1))


@pytest.fixture
def made(monkeypatch):
    """A validation of a stage whose mixture has these shares, of sources that are drawn."""

    def make(mixture, drawn, **settings):
        sources = {name: Drawn(name) for name in drawn}
        monkeypatch.setattr(batches, "load_sources", lambda stage, testing: sources)
        monkeypatch.setattr(validate, "PACKS", 2)
        known = {"length": 512, "rows": 2, "eval_samples": 6, "workers": 0, "widths": {64: 1.0, 128: 1.0}}
        stage = Stage(mixture=mixture, **(known | settings))
        return Validation(stage, AutoTokenizer.from_pretrained(NANO)), sources

    return make


def test_real_sources_alone_give_no_scores(made):
    validation, _ = made({"crops": 1.0}, [])
    assert validation.scores(Told(1), HERE) == {}


def test_losses_are_measured_on_packs_drawn_once_in_the_stages_own_spelling(made):
    validation, sources = made({"regions": 1.0}, ["regions"], characters=0.0, workers=1)
    told = Told(1)
    state = torch.get_rng_state()
    first, second = (validation.scores(told, HERE) for _ in "ab")
    assert torch.equal(torch.get_rng_state(), state)
    assert sources["regions"].asked == 0  # not in this process
    skipped = {"skipped": first["skipped"], "skipped_names": ["x: broken"]}
    assert first == {"loss/regions": 2, "error": 2} | skipped
    assert second == {"loss/regions": 2, "error": 2}
    pack = told.packs[0]
    assert pack.labelled < pack.samples * len("Tea House")  # merged, not character by character
    assert not pack.ids.is_shared()


def test_where_no_line_is_held_out_ctc_alone_has_no_error(made):
    validation, _ = made({"regions": 1.0}, ["regions"], language_weight=0.0)
    assert set(validation.scores(Told(1, language=0), HERE)) == {"skipped", "skipped_names"}


def test_lines_are_read_alone_even_if_they_have_no_share(made, monkeypatch):
    validation, sources = made({"lines": 0.0, "regions": 1.0}, ["lines", "regions"], stretch={2.0: 1.0})
    monkeypatch.setattr(Validation, "_reading", lambda self, *_: {"read": [len(group) for group in self._lines]})
    scores = validation.scores(Told(2), HERE)
    assert sum(scores["read"]) == 6
    assert sources["lines"].asked < 20
    widths = {example.image.shape[1] for group in validation._lines for example in group}
    assert widths == {128, 256}
    assert scores["error"] == 2


def test_ctc_alone_is_chosen_by_its_own_loss(made, monkeypatch):
    validation, _ = made({"lines": 1.0}, ["lines"], language_weight=0.0)
    monkeypatch.setattr(Validation, "_reading", lambda self, *_: {})
    scores = validation.scores(Told(1, language=0), HERE)
    assert (scores["ctc_loss"], scores["error"]) == (3, 3)
