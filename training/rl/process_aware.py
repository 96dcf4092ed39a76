"""Process-aware GRPO: what was read and what was concluded are rewarded, and learn, apart.

VIDEOP2R (arXiv 2511.11113), section 3.3: answers are `<observation>...</observation> ... <answer>...</answer>`. For
each segment k (perception P, reasoning R) rewards are normalised in the group on their own,

    A_i,k = (R_i,k - mean_j R_j,k) / std_j R_j,k

and A_i,P goes to the observation's tokens only, A_i,R to all tokens after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from trl.trainer.utils import nanstd

from hyocr.engines.writer import Pieces
from training.rl.trainer import OcrGrpoTrainer, written

END = b"</observation>"


class ProcessAwareTrainer(OcrGrpoTrainer):
    """`perception` names the reward functions of the observation; all others reward what follows it.

    A completion that no perception reward applies to, and one without an end of its observation, is all reasoning. So
    without perception rewards this is GRPO with TRL's `scale_rewards="group"`, to the bit.
    """

    def __init__(self, *args: Any, perception: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.scale_rewards != "group" or self.multi_objective_aggregation != "sum_then_normalize":
            raise ValueError("process_aware: rewards are summed, then normalised in their group.")
        self.perceives = torch.tensor([name in perception for name in self.reward_func_names])

    def assign(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        """See `OcrGrpoTrainer.assign`: advantages become (batch, tokens)."""
        assert self.rewards is not None
        weighted = self.rewards * self.reward_weights.to(self.rewards.device)
        mode = "train" if self.model.training else "eval"
        group = self.num_generations if mode == "train" else self.num_generations_eval
        named, observed = {}, self._observed(batch)
        for name, columns in (("observation", self.perceives), ("answer", ~self.perceives)):
            total = summed(weighted[:, columns.to(weighted.device)])
            advantages = group_advantages(total, group)
            judged = ~total.view(-1, group).isnan().all(dim=1)
            flat = (advantages.view(-1, group)[judged] == 0).all(dim=1)
            self._metrics[mode][f"frac_zero_advantage/{name}"].append(flat.float().mean().item())
            named[name] = self.local(advantages, batch)
        batch["advantages"] = torch.where(observed, named["observation"][:, None], named["answer"][:, None])
        return named

    def _observed(self, batch: dict[str, Any]) -> Tensor:
        """Which tokens (batch, tokens) belong to an observation that is rewarded."""
        assert self.rewards is not None
        device = batch["completion_ids"].device
        counts = torch.tensor([observation_tokens(ids, self.pieces) for ids in written(batch)], device=device)
        judged = ~self.local(self.rewards, batch)[:, self.perceives].isnan().all(dim=1)
        places = torch.arange(batch["completion_ids"].shape[1], device=device)
        return (places[None, :] < counts[:, None]) & judged.to(device)[:, None]


def summed(rewards: Tensor) -> Tensor:
    """Rewards (completions, functions) added up, NaN where none applies."""
    total = rewards.nansum(dim=1)
    total[rewards.isnan().all(dim=1)] = torch.nan
    return total


def group_advantages(rewards: Tensor, group: int) -> Tensor:
    """Advantages of rewards (completions,), groups of `group` following each other; 0 where there is no reward."""
    grouped = rewards.view(-1, group)
    mean = torch.nanmean(grouped, dim=1).repeat_interleave(group)
    std = nanstd(grouped, dim=1).repeat_interleave(group)
    return torch.nan_to_num((rewards - mean) / (std + 1e-4), nan=0.0)


def observation_tokens(ids: Sequence[int], pieces: Pieces) -> int:
    """How many of the first tokens make up the observation with its closing tag, which may be several tokens.

    A token that holds the tag's end and more belongs to it. 0 if the observation has no end.
    """
    text, at = b"", 0
    for at, token in enumerate(ids, start=1):
        text += pieces[token]
        if END in text[-len(END) - len(pieces[token]) :]:
            return at
    return 0
