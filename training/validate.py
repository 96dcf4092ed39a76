"""Held-out scores during training: each task's loss, and the character error rate of lines read by either reader."""

from __future__ import annotations

import dataclasses
import math
from functools import cached_property
from itertools import groupby, islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache

from eval.metrics.cer import cer
from hyocr.model import tower
from training import distributed
from training.batches import Batches
from training.config import Stage
from training.ctc import ctc_read
from training.example import Example
from training.objective import Objective, precision, see
from training.packing import Encoder, Pack, positions

PACKS = 16
"""Held-out packs that losses are measured on; more where processes could not share them evenly."""

LINES_OF_A_WIDTH = 16


class Validation:
    """Fixed samples whose fonts, words and documents are never trained on."""

    def __init__(self, stage: Stage, tokenizer: Any) -> None:
        self.stage = stage
        self.data = Batches(dataclasses.replace(stage, characters=1.0), tokenizer, testing=True)
        self._drawn: list[Pack] = []

    @torch.no_grad()
    def scores(self, objective: Objective, world: distributed.World) -> dict[str, Any]:
        """`loss/TASK` per token, `ctc_loss` per character; for lines `ctc_cer` and `cer` (CTC head, language model).

        `error` is what the best checkpoint is chosen by: the mean loss of the tasks, or without a language loss the CTC
        loss.
        """
        result = self._losses(objective, world)
        if self._lines and world.size == 1:
            result |= self._reading(objective, world.device)
        return result

    def _losses(self, objective: Objective, world: distributed.World) -> dict[str, Any]:
        total: list[Tensor] = []
        for pack_ in self._packs(world):
            with precision(world.device):
                losses = objective(pack_.to(world.device))
            lines = torch.tensor([float(losses.ctc), pack_.lines], device=world.device)
            total.append(torch.cat([losses.by_task.flatten(), lines]))
        sums = distributed.summed(torch.stack(total).sum(0)).tolist()
        tasks = {
            f"loss/{task}": sums[2 * i] / sums[2 * i + 1] for i, task in enumerate(self.data.tasks) if sums[2 * i + 1]
        }
        ctc = {"ctc_loss": sums[-2] / sums[-1]} if sums[-1] and self.stage.ctc_weight else {}
        return tasks | ctc | {"error": sum(tasks.values()) / len(tasks) if tasks else ctc["ctc_loss"]}

    def _packs(self, world: distributed.World) -> list[Pack]:
        """This process's share, drawn when first asked for."""
        if not self._drawn:
            items = range(math.ceil(PACKS / world.size) * world.size)
            self._drawn = [self.data[item] for item in items[world.rank :: world.size]]
        return self._drawn

    @cached_property
    def _lines(self) -> list[list[Example]]:
        """Held-out line canvases, those of one size together; none if the stage draws no lines."""
        if "lines" not in self.stage.mixture:
            return []
        found: list[Example] = []
        item = 0
        while len(found) < self.stage.eval_samples:
            found += [s for s in islice(self.data.mixture.examples(item, []), LINES_OF_A_WIDTH) if s.line]
            item += 1
        found.sort(key=_size)
        return [list(group) for _, group in groupby(found, key=_size)]

    def _reading(self, objective: Objective, device: torch.device) -> dict[str, Any]:
        truths, by_ctc, by_language = list[str](), list[str](), list[str]()
        for group in self._lines:
            limit = 8 + 2 * max(len(example.answer) for example in group)
            truths += [example.answer for example in group]
            pixels = torch.from_numpy(np.stack([example.image for example in group if example.image is not None]))
            with precision(device):
                hidden, grid = see(objective.model.model.vision_tower, pixels.to(device))
                by_ctc += ctc_read(objective.head, objective.head(hidden))
                if self.stage.language_weight:
                    features = tower.connect(objective.model.model.vision_tower, hidden, grid)
                    by_language += greedy(objective.model, self.data.encoder, group[0].prompt, features, grid, limit)
        scores: dict[str, Any] = {"ctc_cer": cer(by_ctc, truths)}
        if by_language:
            scores["cer"] = cer(by_language, truths)
        return scores | {"examples": list(zip(truths, by_language or by_ctc, strict=True))[:4]}


def _size(example: Example) -> tuple[int, ...]:
    return () if example.image is None else example.image.shape


def greedy(model: Any, encoder: Encoder, prompt: str, features: Tensor, grid: tuple[int, int], limit: int) -> list[str]:
    """The language model's most probable answers about n images of one size, at most `limit` tokens each.

    `features`: (n, tokens, text hidden) from the connector; `grid`: the images' (rows, columns) of patches.
    """
    ids, image = encoder.question(prompt, grid)
    device, count = features.device, len(features)
    embed = model.get_input_embeddings()
    words = embed(torch.tensor(ids, device=device)).expand(count, -1, -1)
    inputs = torch.cat([words[:, : image.start], features.to(words.dtype), words[:, image.stop :]], dim=1)
    places = torch.from_numpy(positions(len(ids), image, grid)).to(device)[:, None].expand(-1, count, -1)
    cache, written = DynamicCache(config=model.config.text_config), list[Tensor]()
    done = torch.zeros(count, dtype=torch.bool, device=device)
    for step in range(limit):
        hidden = model.model.language_model(
            inputs_embeds=inputs, position_ids=places, past_key_values=cache, use_cache=True
        ).last_hidden_state
        token = model.lm_head(hidden[:, -1]).argmax(-1).masked_fill(done, encoder.answer_end)
        written.append(token)
        done |= token == encoder.answer_end
        if bool(done.all()):
            break
        inputs = embed(token)[:, None]
        places = torch.full((len(places), count, 1), len(ids) + step, device=device)
    rows = torch.stack(written, 1).tolist()
    answers = [[token for token in row if token != encoder.answer_end] for row in rows]
    return [str(text) for text in encoder.tokenizer.batch_decode(answers)]
