"""Process-aware GRPO: advantages by segment, by hand; no variance, no gradient; one segment is GRPO to the bit."""

from __future__ import annotations

import math

import pytest
import torch

from tests.rl_runs import tiny_run
from training.rl.process_aware import ProcessAwareTrainer, group_advantages, observation_tokens, summed
from training.rl.setup import make_trainer

NAN = math.nan
WRITTEN = [
    "<observation>ab</observation><answer>9</answer>",
    "<observation>a</observation><answer>90</answer>",
    "<observation>abc</observation><answer>1</answer>",
    "no tags",
]


class Pieces:
    """What made-up tokens write."""

    def __init__(self, *pieces: str) -> None:
        self.pieces = [piece.encode() for piece in pieces]

    def __getitem__(self, token: int) -> bytes:
        return self.pieces[token]


@pytest.mark.parametrize(
    ("pieces", "count"),
    [
        (["<observation>", "x", "</observation>", "<answer>"], 3),
        (["<observation>", "x", "</obs", "ervation>", "<answer>"], 4),
        (["<observation>x</observation><answer>9", "</answer>"], 1),  # one token holds the end and more
        (["<", "observation", ">x", "<", "/", "observation", ">", "", "9"], 7),
        (["<observation>", "x", "</observation>", "</observation>"], 3),  # the first one counts
        (["<observation>", "x", "</observatio", "n"], 0),
        (["<answer>", "9", "</answer>"], 0),
        ([], 0),
    ],
)
def test_where_the_observation_ends(pieces, count):
    assert observation_tokens(range(len(pieces)), Pieces(*pieces)) == count


def test_advantages_by_hand():
    rewards = torch.tensor([1.0, 0.0, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0, NAN, 0.0, 1.0, NAN])
    found = group_advantages(rewards, 4)
    deviation = math.sqrt((0.25 + 0.25) / 3)  # of 1, 0, 1/2, 1/2 about 1/2, by n - 1
    first = [0.5 / (deviation + 1e-4), -0.5 / (deviation + 1e-4), 0.0, 0.0]
    last = 0.5 / (math.sqrt(0.5) + 1e-4)
    torch.testing.assert_close(found, torch.tensor([*first, 0.0, 0.0, 0.0, 0.0, 0.0, -last, last, 0.0]))


def test_rewards_that_do_not_apply_are_no_zeros():
    rewards = torch.tensor([[1.0, 0.25], [NAN, 0.5], [NAN, NAN]])
    torch.testing.assert_close(summed(rewards), torch.tensor([1.25, 0.5, NAN]), equal_nan=True)


def ids_of(trainer, text: str) -> list[int]:
    """The tokens of an answer, with its end."""
    encoded = trainer.processing_class.tokenizer.encode(text, add_special_tokens=False)
    return [*encoded, trainer.eos_token_ids[0]]


def batch_of(trainer, values: dict[str, list[float]], texts=WRITTEN):
    """A scored batch of one group that wrote `texts` and was given these rewards."""
    for index, name in enumerate(trainer.reward_func_names):
        given = values.get(name, [None] * len(texts))
        trainer.reward_funcs[index] = lambda given=given, **_: given
    trainer._generate_single_turn = lambda *_, **__: ([ids_of(trainer, text) for text in texts], None)
    trainer.current_gradient_accumulation_steps = 1
    trainer.model.train()
    rows = [dict(trainer.train_dataset[0]) for _ in texts]
    return trainer._generate_and_score_completions(rows)


@pytest.fixture
def make(tmp_path, tiny_checkpoint):
    def made(process_aware: bool, **settings):
        run = tiny_run(tmp_path, tiny_checkpoint, process_aware=process_aware, groups=1, max_tokens=60, **settings)
        return make_trainer(run, range(8))[0]

    return made


def test_each_token_has_the_advantage_of_its_segment(make):
    trainer = make(True)
    perception, reasoning = [1.0, 0.0, 0.5, 0.5], [0.0, 0.0, 1.0, 0.0]
    batch = batch_of(trainer, {"perception": perception, "reasoning": reasoning})
    of_p = group_advantages(torch.tensor(perception), 4)
    of_r = group_advantages(torch.tensor(reasoning), 4)
    assert batch["advantages"].shape == batch["completion_ids"].shape
    for i, text in enumerate(WRITTEN):
        observed = text.partition("</observation>")[0] + "</observation>" if "</observation>" in text else ""
        count = len(trainer.processing_class.tokenizer.encode(observed, add_special_tokens=False)) if observed else 0
        row = batch["advantages"][i]
        assert (row[:count] == of_p[i]).all()
        assert (row[count:] == of_r[i]).all()
        assert (count > 0) == (i < 3)


def token_gradients(trainer, batch):
    """The loss's gradient by the log-probability of each token of the answers."""
    kept = {}
    original = trainer._get_per_token_logps_and_entropies

    def remembered(*args, **kwargs):
        logps, *rest = original(*args, **kwargs)
        logps.retain_grad()
        kept["logps"] = logps
        return logps, *rest

    trainer._get_per_token_logps_and_entropies = remembered
    trainer.compute_loss(trainer.model, batch).backward()
    return kept["logps"].grad


def test_no_variance_of_perception_no_gradient_on_what_was_observed(make):
    trainer = make(True)
    batch = batch_of(trainer, {"perception": [0.5] * 4, "reasoning": [0.0, 1.0, 0.0, 0.5]})
    gradient = token_gradients(trainer, batch)
    for i, text in enumerate(WRITTEN):
        count = observation_tokens(ids_of(trainer, text), trainer.pieces)
        length = int(batch["completion_mask"][i].sum())
        assert (gradient[i, :count] == 0).all()
        assert (gradient[i, count:length] != 0).all()
        assert (count > 0) == (i < 3)


def test_no_variance_of_reasoning_no_gradient_on_what_was_concluded(make):
    trainer = make(True)
    batch = batch_of(trainer, {"perception": [0.0, 1.0, 0.0, 0.5], "reasoning": [1.0] * 4})
    gradient = token_gradients(trainer, batch)
    for i, text in enumerate(WRITTEN):
        count = observation_tokens(ids_of(trainer, text), trainer.pieces)
        assert (gradient[i, :count] != 0).all()
        assert (gradient[i, count:] == 0).all()


@pytest.mark.parametrize("loss", ["grpo", "dapo"])
def test_one_segment_is_grpo_to_the_bit(make, loss):
    values = {"reading": [0.1, 0.7, 0.3, 0.30001], "reasoning": [0.0, 0.5, 0.25, 1.0]}
    losses, gradients = [], []
    for process_aware in (False, True):
        trainer = make(process_aware, loss=loss, rewards={"reasoning": 0.5})
        assert isinstance(trainer, ProcessAwareTrainer) == process_aware
        batch = batch_of(trainer, values)
        assert batch["advantages"].dim() == 1 + process_aware
        value = trainer.compute_loss(trainer.model, batch)
        value.backward()
        losses.append(value.detach())
        gradients.append({name: p.grad for name, p in trainer.model.named_parameters() if p.grad is not None})
    assert torch.equal(*losses)
    assert losses[0] != 0
    assert gradients[0].keys() == gradients[1].keys()
    assert all(torch.equal(gradients[0][name], gradients[1][name]) for name in gradients[0])
    assert any((gradient != 0).any() for gradient in gradients[0].values())


def test_the_share_of_groups_that_teach_nothing_is_logged(make):
    trainer = make(True)
    batch_of(trainer, {"perception": [0.5] * 4, "reasoning": [0.0, 1.0, 0.0, 0.5]})
    assert trainer._metrics["train"]["frac_zero_advantage/observation"] == [1.0]
    assert trainer._metrics["train"]["frac_zero_advantage/answer"] == [0.0]
    batch_of(trainer, {"reading": [0.1, 0.7, 0.3, 0.2]})  # nothing observed: there is no share of nothing
    assert math.isnan(trainer._metrics["train"]["frac_zero_advantage/observation"][1])
