"""Held-out character error rate during training: greedy text from the language model, best path from the CTC head."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import DynamicCache

from eval.metrics.cer import cer
from hyocr.model import tower
from hyocr.model.ctc import ROWS
from training.config import Stage
from training.ctc import ctc_read
from training.data import Batch, LineBatches

if TYPE_CHECKING:
    from training.pretrain import Trainer


class Validation:
    """A fixed set of rendered lines whose fonts and words are never trained on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @cached_property
    def batches(self) -> list[Batch]:
        """Drawn when first needed."""
        fonts = Path(self.stage.fonts) if self.stage.fonts else None
        data = LineBatches(seed=987, widths=self.stage.widths, pixels=32 * 256 * 32, fonts=fonts, testing=True)
        batches: list[Batch] = []
        while sum(len(batch.texts) for batch in batches) < self.stage.eval_lines:
            batches.append(data[len(batches)])
        return batches

    @torch.no_grad()
    def scores(self, trainer: Trainer) -> dict[str, Any]:
        """Character error rates: edits over characters of all lines; and a few examples."""
        truths: list[str] = []
        by_ctc: list[str] = []
        by_language: list[str] = []
        trainer.model.eval()
        for batch in self.batches:
            truths += batch.texts
            ctc, language = read_batch(trainer, batch)
            by_ctc += ctc
            by_language += language
        trainer.model.train()
        result: dict[str, Any] = {"ctc_cer": cer(by_ctc, truths)}
        if self.stage.language_weight:
            result["cer"] = cer(by_language, truths)
        result["examples"] = list(zip(truths, by_language if self.stage.language_weight else by_ctc, strict=True))[:4]
        return result


def read_batch(trainer: Trainer, batch: Batch) -> tuple[list[str], list[str]]:
    """Greedy readings of a batch by the CTC head and by the language model ("" where one is not trained)."""
    hidden, grid = trainer.see(batch)
    ctc = ctc_read(trainer.head, trainer.head(hidden)) if grid[0] == ROWS else [""] * len(batch.texts)
    if not trainer.stage.language_weight:
        return ctc, [""] * len(batch.texts)
    features = tower.connect(trainer.model.model.vision_tower, hidden, grid)
    return ctc, greedy(trainer, features, grid, limit=2 * max(map(len, batch.texts)) + 8)


def greedy(trainer: Trainer, features: Tensor, grid: tuple[int, int], limit: int) -> list[str]:
    """Greedy answers to the read prompt for n images of one size, at most `limit` tokens each."""
    plan = trainer.plan(grid)
    model, device = trainer.model, trainer.device
    embed = model.get_input_embeddings()
    inputs = trainer.prompt(plan, features)
    positions = plan.positions.to(device)[:, None].expand(-1, len(features), -1)
    cache, written = DynamicCache(config=model.config.text_config), []
    done = torch.zeros(len(features), dtype=torch.bool, device=device)
    for step in range(limit):
        hidden = model.model.language_model(
            inputs_embeds=inputs, position_ids=positions, past_key_values=cache, use_cache=True
        ).last_hidden_state
        token = model.lm_head(hidden[:, -1]).argmax(-1).masked_fill(done, trainer.answers.end)
        written.append(token)
        done |= token == trainer.answers.end
        if bool(done.all()):
            break
        inputs = embed(token)[:, None]
        positions = torch.full((4, len(features), 1), plan.ids.numel() + step, device=device)
    rows = torch.stack(written, 1).tolist()
    texts = [[i for i in row if i != trainer.answers.end] for row in rows]
    return [str(text) for text in trainer.tokenizer.batch_decode(texts)]
