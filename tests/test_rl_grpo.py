"""GRPO: what is asked and in which order, what is answered, runs that were stopped, bad settings."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from hyocr.engines.base import Request
from tests.receipts_folder import PAGES
from tests.rl_runs import LEARNING, tiny_run
from training.checkpoint import NANO
from training.config import read_settings
from training.packing import Encoder
from training.rl import grpo
from training.rl import prompts as prompts_of
from training.rl import rollout as rollouts
from training.rl.average import Average
from training.rl.completions import Completion, Group, add_groups, cut_after
from training.rl.config import Run
from training.rl.filter import Rate, _rates, kept, measure, read_rates, teaching
from training.rl.prompts import prompts
from training.rl.rewards import REWARDS
from training.rl.rewards.base import judged
from training.rl.rollout import Sampling, draw, unique
from training.rl.setup import accumulation, make_trainer, settings
from training.rl.trainer import collapsed

ROOT = Path(__file__).parents[1]
RUNS = sorted((ROOT / "training/rl/runs").glob("*.yaml"))


@pytest.fixture(scope="module")
def trainer(tmp_path_factory, tiny_checkpoint):
    """A trainer that has not trained, for what it does before that."""
    made, _ = make_trainer(tiny_run(tmp_path_factory.mktemp("rl"), tiny_checkpoint), range(12))
    return made


def asked(trainer, rows):
    from trl.data_utils import prepare_multimodal_messages

    return [prepare_multimodal_messages(row["prompt"], images=[row["image"]]) for row in rows]


def test_rows_have_all_that_rewards_go_by(trainer):
    row = trainer.train_dataset[3]
    assert (row["item"], row["task"], row["source"]) == (3, "read", "crops")
    assert row["answer"] in {line for lines in PAGES.values() for line in lines}
    assert row["image"].size == (row["width"], row["height"])
    again = trainer.train_dataset[[3, 3]]
    assert again["answer"] == [row["answer"]] * 2
    assert again["image"][1].tobytes() == row["image"].tobytes()


def test_plain_text_asks_nothing(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint, mixture={"text": 1.0})
    with pytest.raises(ValueError, match="asks nothing"):
        prompts(run, range(3))[0]


def test_every_prompt_comes_before_any_comes_again(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint)
    found = grpo.order(run, [4, 7, 9, 11, 12])
    assert len(found) == 12
    assert Counter(found[:5]) == Counter(found[5:10]) == Counter([4, 7, 9, 11, 12])
    assert found[:5] != found[5:10]
    assert grpo.order(replace(run, steps=9), [4, 7, 9, 11, 12])[:12] == found  # more steps go on from there
    assert grpo.order(replace(run, seed=1), [4, 7, 9, 11, 12]) != found


def test_prompts_are_asked_as_in_training_and_in_use(trainer):
    rows = [trainer.train_dataset[i] for i in range(12)]
    assert len({row["width"] for row in rows}) > 1  # so that some are padded
    ids, _, _ = trainer._tokenize_prompts(asked(trainer, rows))
    encoder = Encoder(trainer.processing_class.tokenizer)
    for row, one in zip(rows, ids, strict=True):
        question = row["prompt"][-1]["content"]
        assert list(one) == encoder.question(question, (row["height"] // 16, row["width"] // 16))[0]


def test_rollouts_without_chance_are_what_the_engine_writes(trainer, tiny_engine):
    rows = [trainer.train_dataset[i] for i in range(6)]
    expected = tiny_engine.generate([Request(row["image"], row["prompt"][-1]["content"], 6) for row in rows])
    trainer.temperature = 1e-6
    _, ids, _, completions, *_ = trainer._generate(asked(trainer, [row for row in rows for _ in range(2)]))
    trainer.temperature = 0.85
    texts = [one[0]["content"] for one in completions]
    assert texts == [generation.text for generation in expected for _ in range(2)]
    assert [trainer.finished(one) for one in ids[::2]] == [one.finish_reason == "stop" for one in expected]


def test_markup_is_text(trainer):
    tokenizer = trainer.processing_class.tokenizer
    ids = tokenizer.encode("<answer>9.00", add_special_tokens=False)
    assert trainer.text([*ids, *trainer.eos_token_ids]) == "<answer>9.00"
    assert tokenizer.decode(ids, skip_special_tokens=True) != "<answer>9.00"  # as TRL decodes
    assert not trainer.finished(ids)
    assert not trainer.finished([])
    assert trainer.finished([*ids, trainer.eos_token_ids[0]])


def test_over_long_answers_score_nothing(trainer):
    rows = [trainer.train_dataset[0]] * 2
    words = [[{"role": "assistant", "content": rows[0]["answer"]}]] * 2
    ends = [[5, trainer.eos_token_ids[0]], [5, 5]]
    rewards = trainer._calculate_rewards(rows, asked(trainer, rows), words, ends)
    name = trainer.reward_func_names.index("reading")
    assert rewards[:, name].tolist() == [1.0, 0.0]
    others = torch.cat([rewards[:, :name], rewards[:, name + 1 :]], dim=1)
    assert others.isnan().all()


def test_image_tokens_are_one_for_vllm(trainer):
    image = trainer.processing_class.tokenizer.image_token_id
    assert collapsed([1, image, image, image, 2, 2, image], image) == [1, image, 2, 2, image]

    class Engine:
        def generate(self, prompts, **_):
            self.prompts = prompts
            return None, [[1]] * len(prompts), [[[0.0]]] * len(prompts), None

        def sync_weights(self):
            pass

    rows = [trainer.train_dataset[i] for i in range(2)]
    trainer.use_vllm, trainer.vllm_generation = True, Engine()
    trainer._last_loaded_step = trainer.state.global_step
    try:
        ids, pictures, fields = trainer._tokenize_prompts(asked(trainer, rows))
        trainer._generate_single_turn(ids, pictures, fields, 1)
    finally:
        trainer.use_vllm = False
    assert [list(one).count(image) for one in ids] != [1, 1]
    assert [one.count(image) for one in trainer.vllm_generation.prompts] == [1, 1]


def test_the_next_token_is_one_of_the_likely_ones():
    logits = torch.tensor([4.0, 3.0, 2.0, 1.0, 0.0]).log_softmax(-1).expand(2000, -1)

    def drawn(*sampling):
        return set(draw(logits, Sampling(*sampling)).tolist())

    torch.manual_seed(0)
    assert drawn(1.0, 1.0, 0) == {0, 1, 2, 3, 4}
    assert drawn(1.0, 1.0, 2) == {0, 1}
    assert drawn(1.0, 0.5, 0) == {0}  # the best has 64 %
    assert drawn(1.0, 0.7, 0) == {0, 1}
    assert drawn(1.0, 0.0, 0) == {0}
    share = (draw(logits, Sampling(0.5, 1.0, 2)) == 0).float().mean()
    assert abs(share - 1 / (1 + torch.e**-2)) < 0.03  # e^(2 x 4) against e^(2 x 3)


def test_a_question_is_read_once():
    pictures = [torch.zeros(2, 3), torch.zeros(2, 3), torch.ones(2, 3), torch.zeros(2, 3)]
    assert unique([[1, 2], [1, 2], [1, 2], [1, 3]], pictures) == ([0, 2, 3], [0, 0, 1, 2])


def test_pass_rates_choose_prompts(tmp_path, tiny_checkpoint):
    path = tmp_path / "rates.jsonl"
    run = tiny_run(tmp_path, tiny_checkpoint, pass_rates=str(path))
    rates = [Rate(0, 1.0, 0.0), Rate(1, 0.5, 0.3), Rate(2, 0.01, 0.01), Rate(3, 0.99, 0.01), Rate(4, 0.4, 0.0)]
    assert teaching(rates, 0.02, 0.98) == [1]
    rows = [{"asked": prompts_of.asked(run)}, *(rate._asdict() for rate in rates)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"item": 5, "me')
    assert read_rates(run, path) == rates  # the last row was cut short
    assert kept(run) == [1]
    assert kept(replace(run, pass_rates="")) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="leaves no prompt"):
        kept(replace(run, least=0.9))
    with pytest.raises(ValueError, match="of a run whose seed was 0, not 7"):
        kept(replace(run, seed=7))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows[:4]))
    with pytest.raises(ValueError, match="3 of 5 prompts: go on measuring"):
        kept(run)
    for broken in ("[]\n", "", '{"item": 1}\n', json.dumps(rows[0]) + "\n7\n"):
        path.write_text(broken)
        with pytest.raises(ValueError, match="holds no pass rates"):
            kept(run)


def test_measuring_pass_rates_goes_on(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint)
    rates = measure(run)
    path = tmp_path / "run/pass_rates.jsonl"
    whole = path.read_bytes().splitlines(keepends=True)
    assert [rate.item for rate in rates] == [0, 1, 2, 3, 4]
    assert all(0 <= rate.mean <= 1 and rate.deviation >= 0 for rate in rates)
    path.write_bytes(b"".join(whole[:2]) + whole[2][:8])  # killed within the second prompt's row
    assert [rate.item for rate in measure(run)] == [0, 1, 2, 3, 4]
    assert path.read_bytes().startswith(b"".join(whole[:2]))
    with pytest.raises(ValueError, match="choose another output"):
        measure(replace(run, prompts=6))


def test_a_pass_rate_is_a_share_of_the_most_to_get(trainer, monkeypatch):
    given = torch.tensor([[1.0, 0.5], [0.0, 0.5], [math.nan, 1.0], [math.nan, 0.0]])
    monkeypatch.setattr(trainer, "score", lambda rows: given)
    monkeypatch.setattr(trainer, "reward_weights", torch.tensor([3.0, 1.0]))
    found = _rates(trainer, [{"item": 4}, {"item": 5}], 2)
    assert [(rate.item, rate.mean) for rate in found] == [(4, 0.5), (5, 0.5)]
    assert found[0].deviation == pytest.approx((0.875 - 0.125) / 2**0.5, abs=1e-5)


def test_log_of_completions(tmp_path):
    row = {"source": "crops", "task": "read", "answer": "9.00", "prompt": [{"role": "user", "content": "Read."}]}
    row["image"] = Image.new("RGB", (64, 32))
    written = Completion("9\u2028.0", True, {"reading": 0.5}, {"answer": -0.25})
    for step in range(3):
        add_groups(tmp_path, [Group(step, row, (written, written))] * 2)
    path = tmp_path / "completions.jsonl"
    lines = path.read_text(encoding="utf-8").split("\n")
    one = json.loads(lines[3])
    assert (one["step"], one["prompt"], one["image"]) == (1, "Read.", "images/00001_001.png")
    assert one["completions"][0] == asdict(written)
    with Image.open(tmp_path / one["image"]) as picture:
        assert picture.size == (64, 32)
    path.write_text("\n".join(lines)[:-9], encoding="utf-8")  # killed while it wrote the last line
    cut_after(path, 2)
    assert path.read_text(encoding="utf-8").split("\n") == [*lines[:4], ""]
    cut_after(tmp_path / "none", 2)


def seen(folder: Path) -> list[tuple]:
    """What was asked and answered at each step."""
    lines = [json.loads(line) for line in (folder / "completions.jsonl").read_text().splitlines()]
    return [(line["step"], line["answer"], [one["text"] for one in line["completions"]]) for line in lines]


def rewards(folder: Path) -> dict[int, float]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert len({line["step"] for line in lines}) == len(lines)
    return {line["step"]: line["reward"] for line in lines}


def same_weights(a: Path, b: Path) -> bool:
    first, second = (load_file(folder / "model.safetensors") for folder in (a, b))
    return all(torch.equal(first[name], second[name]) for name in first)


def command(run: Run, folder: Path) -> subprocess.Popen:
    """The command line on this run."""
    (folder / "run.yaml").write_text(yaml.safe_dump(asdict(run)))
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    arguments = [sys.executable, "-m", "training.rl.grpo", str(folder / "run.yaml")]
    return subprocess.Popen(arguments, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def test_killed_run_asks_the_same_again(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint, ema=0.5, **LEARNING)
    grpo.train(run)
    whole = tmp_path / "run"
    parts = replace(run, output=str(tmp_path / "parts"))
    process = command(parts, tmp_path)
    log = tmp_path / "parts/metrics.jsonl"
    deadline = time.monotonic() + 120
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) >= 3):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    last = grpo.last_checkpoint(tmp_path / "parts")
    assert last is not None
    (tmp_path / "parts/checkpoint-99").mkdir()  # begun, and never whole
    assert grpo.last_checkpoint(tmp_path / "parts") == last
    grpo.train(parts)
    assert [one[:2] for one in seen(tmp_path / "parts")] == [one[:2] for one in seen(whole)]
    assert seen(tmp_path / "parts") == seen(whole)  # on a CPU the same answers as well
    assert rewards(tmp_path / "parts") == rewards(whole)
    assert set(rewards(whole)) == {1, 2, 3, 4, 5, 6}
    assert len(set(rewards(whole).values())) > 1
    assert same_weights(tmp_path / "parts/checkpoint", whole / "checkpoint")
    assert not same_weights(whole / "checkpoint-6", whole / "checkpoint")  # but their average
    logs = [(whole / name).read_bytes() for name in ("metrics.jsonl", "completions.jsonl")]
    grpo.train(run)  # it has been run: nothing is left to do
    assert [(whole / name).read_bytes() for name in ("metrics.jsonl", "completions.jsonl")] == logs
    assert same_weights(tmp_path / "parts/checkpoint", whole / "checkpoint")
    assert (tmp_path / "parts/checkpoint/model.safetensors").exists()


def test_a_run_moves_the_weights_it_may(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint, steps=2, freeze=["vision_tower"], **LEARNING)
    grpo.train(run)
    before = load_file(NANO / "model.safetensors")
    after = load_file(tmp_path / "run/checkpoint/model.safetensors")
    moved = {name for name, value in before.items() if not torch.equal(value.float(), after[name].float())}
    assert moved
    assert not [name for name in moved if "vit" in name or "vision" in name]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"micro": 3}, "micro: 2 groups of 4 do not fall into parts of 3"),
        ({"rollouts": 1}, "at least two"),
        ({"engine": "onnx"}, "engine should be one of transformers, vllm"),
        ({"groups": 0}, "groups should be at least 1, not 0"),
        ({"prompts": 0}, "prompts should be at least 1"),
        ({"temperature": 0.0}, "temperature should be above 0"),
        ({"iterations": 4}, "steps should be a multiple of iterations"),
        ({"freeze": "vision_tower"}, "freeze should be of type"),
        ({"mixture": None}, "mixture should be of type"),
    ],
)
def test_settings_that_do_not_fit(tmp_path, tiny_checkpoint, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        tiny_run(tmp_path, tiny_checkpoint, **settings)


def test_the_average_follows_the_weights(tmp_path):
    class State:
        global_step, is_world_process_zero = 0, True

    class Args:
        output_dir = str(tmp_path)

    model = torch.nn.Linear(1, 1)
    model.bias.requires_grad_(False)
    torch.nn.init.zeros_(model.weight)
    average = Average(0.75)
    average.on_train_begin(Args, State, None, model=model)
    assert list(average.values) == ["weight"]
    for step, expected in ((1, 1 - 2 / 11), (30, 0.75 * (1 - 2 / 11) + 0.25)):
        State.global_step = step
        torch.nn.init.ones_(model.weight)
        average.on_step_end(Args, State, None, model=model)
        assert float(average.values["weight"]) == pytest.approx(expected)
    (tmp_path / "checkpoint-30").mkdir()
    average.on_save(Args, State, None)
    again = Average(0.75)
    again.on_train_begin(Args, State, None, model=model)
    again.put_into(model)
    assert float(model.weight) == pytest.approx(expected)


def test_rewards_have_to_be_known(tmp_path, tiny_checkpoint):
    with pytest.raises(ValueError, match=r"there is no reward 'beauty'"):
        make_trainer(tiny_run(tmp_path, tiny_checkpoint, rewards={"beauty": 1.0}), [0])


def test_completions_are_shared_out_over_processes(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint)
    assert [accumulation(run, processes) for processes in (1, 2)] == [2, 1]
    with pytest.raises(ValueError, match="do not fall into 4 x 4 at a time"):
        accumulation(run, 4)


def test_a_constant_rate_warms_up(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint)
    assert settings(run, []).lr_scheduler_type == "constant"
    assert settings(replace(run, warmup=3), []).lr_scheduler_type == "constant_with_warmup"
    assert settings(replace(run, warmup=3, schedule="cosine"), []).lr_scheduler_type == "cosine"


def test_two_processes_share_a_step(tmp_path):
    run = tiny_run(tmp_path, NANO, steps=2, **LEARNING)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(asdict(run)))
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone"]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    command += ["-m", "training.rl.grpo", str(tmp_path / "run.yaml")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert set(rewards(tmp_path / "run")) == {1, 2}
    wanted = [row["answer"] for row in prompts(run, grpo.order(run, range(5)))]
    # Each step has two groups; the first process, which writes the log, has the first of them.
    assert [answer for _, answer, _ in seen(tmp_path / "run")] == wanted[::2]
    assert (tmp_path / "run/checkpoint/model.safetensors").exists()


def test_rollouts_are_used_more_than_once(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint, iterations=2, **LEARNING)
    assert len(grpo.order(run, range(5))) == 6
    grpo.train(run)
    assert [step for step, *_ in seen(tmp_path / "run")] == [0, 0, 2, 2, 4, 4]
    assert set(rewards(tmp_path / "run")) <= {1, 2, 3, 4, 5, 6}


def test_no_distance_from_oneself(tmp_path):
    """With KL the starting weights are loaded anew: they have to see what the policy sees."""
    run = tiny_run(tmp_path, NANO, steps=1, beta=0.1, lr=0.0, **LEARNING | {"init": str(NANO)})
    grpo.train(run)
    [line] = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert abs(line["kl"]) < 1e-6


def test_no_picture_is_written(trainer, monkeypatch):
    image = trainer.never[0]
    assert image == trainer.processing_class.tokenizer.image_token_id

    def biased(logits, sampling):
        assert logits[:, trainer.never].isneginf().all()
        return draw(logits, sampling)

    monkeypatch.setattr(rollouts, "draw", biased)
    _, ids, *_ = trainer._generate(asked(trainer, [trainer.train_dataset[0]]))
    assert not set(ids[0]) & set(trainer.never)


def test_a_judge_of_ones_own(tmp_path, tiny_checkpoint):
    heard = []

    def judge(question, truth, output):
        heard.append((question, truth, output))
        return 0.25

    rewards = REWARDS | {"reading": judged("reading", frozenset({"read"}), judge)}
    grpo.train(tiny_run(tmp_path, tiny_checkpoint, steps=1, **LEARNING), rewards)
    assert len(heard) == 8
    assert all(question and truth for question, truth, _ in heard)


def test_a_folder_belongs_to_one_run(tmp_path, tiny_checkpoint):
    run = tiny_run(tmp_path, tiny_checkpoint, steps=1, save_every=1)
    with pytest.raises(ValueError, match="there is no source"):
        grpo.train(replace(run, mixture={"crop": 1.0}))  # and the folder is nobody's yet
    grpo.train(run)
    with pytest.raises(ValueError, match=r"whose seed was 0, not 3"):
        grpo.train(replace(run, seed=3))
    with pytest.raises(ValueError, match=r"whose groups was 2, not 4"):
        grpo.train(replace(run, groups=4))


def test_broken_settings_are_one_sentence(tmp_path, monkeypatch, capsys):
    for content, sentence in (("steps: [1", "is no YAML"), ("- 1", "should hold settings by name")):
        (tmp_path / "run.yaml").write_text(content)
        monkeypatch.setattr(sys, "argv", ["grpo", str(tmp_path / "run.yaml")])
        assert grpo.main() == 1
        assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"init": "no/such folder"}, "No checkpoint folder at no/such folder"),
        ({"receipts": "nowhere"}, "There is no nowhere/manifest.jsonl"),
        ({"pass_rates": "nowhere"}, "No such file"),
    ],
)
def test_bad_settings_are_one_sentence(tmp_path, tiny_checkpoint, settings, sentence, monkeypatch, capsys):
    run = tiny_run(tmp_path, tiny_checkpoint, **settings)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(asdict(run)))
    monkeypatch.setattr(sys, "argv", ["grpo", str(tmp_path / "run.yaml")])
    assert grpo.main() == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


def test_run_files_are_runs():
    assert len(RUNS) > 2
    for path in RUNS:
        run = read_settings(Run, [str(path)], "")
        assert run.mixture
        assert grpo.order(run, range(7))
