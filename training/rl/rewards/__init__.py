"""Rewards of GRPO, one module per task, each a metric of `eval` over parsed output (`training.rl.rewards.base`)."""

from __future__ import annotations

from training.rl.rewards import (
    characters,
    chart,
    defects,
    evidence,
    extraction,
    formula,
    layout,
    parsing,
    points,
    quality,
    reading,
    spotting,
    translation,
    vqa,
)
from training.rl.rewards.base import Reward

REWARDS: dict[str, Reward] = {
    reward.__name__: reward
    for reward in (
        reading.reward,
        spotting.reward,
        parsing.reward,
        extraction.reward,
        vqa.reward,
        translation.reward,
        formula.reward,
        chart.reward,
        points.reward,
        characters.reward,
        quality.reward,
        defects.reward,
        layout.reward,
        evidence.perception,
        evidence.reasoning,
    )
}
"""Every reward by the name that TRL logs it under; a row's reward is the sum over those of its task."""

__all__ = ["REWARDS", "Reward"]
