"""Packing: rows hold what they can, and a sample in a pack has the loss and the gradients it has alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from training.checkpoint import load_weights
from training.config import Stage
from training.example import Example
from training.guide import alignments, guide_loss
from training.objective import Objective, block_mask
from training.packing import IGNORE, Encoder, Images, first_fit_decreasing, level_rows, pack, positions
from training.synth.text import ALPHABET
from training.tokenizer import processor_nano

TASKS = ["lines", "pages", "text"]


@pytest.fixture(scope="module")
def weights():
    return load_weights("new", seed=3)


def picture(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def example(task: str, answer: str, size: tuple[int, int], prompt: str = "Read.") -> Example:
    return Example(task, prompt, answer, picture(*size, seed=len(answer)), line=task == "lines")


EXAMPLES = [
    example("lines", "TOTAL 9.00", (32, 128)),
    example("lines", "Tea", (32, 128)),
    example("lines", "12 Harbour St", (32, 64)),
    example("pages", "one\ntwo\nthree, four", (96, 64), "What is written here?"),
    example("pages", "中文 and more", (64, 160)),
    Example("text", "", "Plain text is learned from, too.", None),
]


def packed(weights, examples, length: int):
    encoder = Encoder(weights.tokenizer)
    samples = [encoder.encode(one, by_character=len(one.answer) % 2 == 0) for one in examples]
    return samples, pack(samples, length, encoder.pad, TASKS)


def stage(**settings) -> Stage:
    return Stage(mixture=dict.fromkeys(TASKS, 1.0), **settings)


def stock_loss(weights, sample) -> torch.Tensor:
    """Summed loss of one sample through the processor and the unmodified forward of transformers."""
    answer = torch.tensor([[*sample.labels[sample.labels != IGNORE]]])
    if sample.example.image is None:
        ids = torch.tensor([[*sample.ids, sample.labels[-1]]])
        logits = weights.model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
        return torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:], reduction="sum")
    processor = processor_nano(weights.tokenizer)
    content = [{"type": "image"}, {"type": "text", "text": sample.example.prompt}]
    prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    inputs = processor(text=[prompt], images=[Image.fromarray(sample.example.image)], return_tensors="pt")
    ids = torch.cat([inputs["input_ids"], answer], dim=1)
    logits = weights.model(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        pixel_values=inputs["pixel_values"],
        image_grid_thw=inputs["image_grid_thw"],
        mm_token_type_ids=(ids == weights.model.config.image_token_id).int(),
    ).logits
    return torch.nn.functional.cross_entropy(logits[0, -answer.shape[1] - 1 : -1], answer[0], reduction="sum")


@pytest.mark.parametrize("length", [64, 400])
def test_packed_loss_is_the_stock_loss_of_each_sample_alone(weights, length):
    samples, pack_ = packed(weights, EXAMPLES, length)
    with torch.no_grad():
        losses = Objective(weights.model, weights.head, stage())(pack_)
        expected = {task: sum(stock_loss(weights, s) for s in samples if s.example.task == task) for task in TASKS}
    for index, task in enumerate(TASKS):
        assert float(losses.by_task[index, 0]) == pytest.approx(float(expected[task]), rel=1e-5)
    assert float(losses.language) == pytest.approx(float(sum(expected.values())), rel=1e-5)
    assert losses.by_task[:, 1].sum() == pack_.labelled == sum(int((s.labels != IGNORE).sum()) for s in samples)


def test_gradients_of_packed_samples_add_up(weights):
    objective = Objective(weights.model, weights.head, stage())

    def gradients(examples, length):
        objective.zero_grad()
        _, pack_ = packed(weights, examples, length)
        losses = objective(pack_)
        (losses.language + losses.ctc).backward()
        return {n: p.grad.clone() for n, p in objective.named_parameters() if p.grad is not None}

    together = gradients(EXAMPLES[:1] + EXAMPLES[2:3], 200)
    apart = [gradients(EXAMPLES[:1], 64), gradients(EXAMPLES[2:3], 64)]
    for name, value in together.items():
        torch.testing.assert_close(value, apart[0][name] + apart[1][name], rtol=1e-3, atol=1e-4)


def test_answers_in_characters_keep_their_tags(weights):
    encoder = Encoder(weights.tokenizer)
    answer = "<observation>TOTAL 9.00</observation><answer>9.00</answer>"
    example = Example("pairs/evidence", "Read.", answer, np.zeros((32, 64, 3), np.uint8), canvas=True)
    tokens = encoder.encode(example, by_character=True)
    written = weights.tokenizer.convert_ids_to_tokens(tokens.labels[tokens.labels != IGNORE][:-1].tolist())
    tags = ["<observation>", "</observation>", "<answer>", "</answer>"]
    assert [token for token in written if len(token) > 1] == tags
    assert len(written) == 4 + len("TOTAL 9.00") + len("9.00")
    assert weights.tokenizer.decode(tokens.labels[tokens.labels != IGNORE][:-1]) == answer


def test_no_sample_sees_another():
    segments = torch.tensor([[1, 1, 2, 2, 2, 0]])
    mask = block_mask(segments, torch.zeros_like(segments), torch.float32)[0, 0] == 0
    assert mask.int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]


def test_questions_about_one_text_see_it_and_not_each_other():
    mask = block_mask(torch.tensor([[1, 1, 1, 1, 1]]), torch.tensor([[0, 0, 1, 1, 2]]))[0, 0]
    assert mask.int().tolist() == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 0, 0, 1]]


def test_questions_about_one_text_are_learned_as_if_alone(weights):
    text = "SHOP\nTOTAL  9.00\n\n"
    asked = [
        (text + "What is the total?", "9.00"),
        (text + "Which shop is it?", "SHOP"),
        (text + "Read it.", "SHOP 9.00"),
    ]
    alone = [Example("text", prompt, answer, None) for prompt, answer in asked]
    together = Example("text", *asked[0], None, more=tuple(asked[1:]))
    encoder = Encoder(weights.tokenizer)
    shared = encoder.encode(together, False)
    apart = [encoder.encode(one, False) for one in alone]
    assert len(shared) < sum(map(len, apart)) - 2 * len(text) / 2
    objective = Objective(weights.model, weights.head, stage(ctc_weight=0.0))
    with torch.no_grad():
        one = objective(pack([shared], 256, encoder.pad, TASKS))
        each = [objective(pack([sample], 256, encoder.pad, TASKS)) for sample in apart]
    torch.testing.assert_close(one.language, sum(loss.language for loss in each), rtol=1e-4, atol=1e-4)
    assert one.by_task.sum(0)[1] == sum(loss.by_task.sum(0)[1] for loss in each)


def test_checkpointing_changes_no_loss(weights):
    _, pack_ = packed(weights, EXAMPLES[:4], 200)
    plain = Objective(weights.model, weights.head, stage())(pack_)
    saving = Objective(load_weights("new", seed=3).model.train(), weights.head, stage(checkpointing=True))
    losses = saving(pack_)
    assert float(losses.language.detach()) == pytest.approx(float(plain.language.detach()), rel=1e-6)
    losses.language.backward()
    assert saving.model.model.vision_tower.layers[0].mlp.fc1.weight.grad is not None


@pytest.mark.parametrize("grid", [(2, 4), (2, 64), (6, 4), (10, 30)])
def test_positions_are_the_library_s(weights, grid):
    ids, image = Encoder(weights.tokenizer).question("Read.", grid)
    tensor = torch.tensor([ids])
    stock, _ = weights.model.model.get_rope_index(
        tensor,
        mm_token_type_ids=(tensor == weights.model.config.image_token_id).int(),
        image_grid_thw=torch.tensor([[1, *grid]]),
    )
    assert positions(len(ids), image, grid).tolist() == stock[:, 0].tolist()


@given(st.lists(st.integers(1, 50), max_size=60))
def test_first_fit_decreasing_places_each_once_and_wastes_little(lengths):
    rows = first_fit_decreasing(lengths, 50)
    assert sorted(index for row in rows for index in row) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in row) <= 50 for row in rows)
    # All but one row are more than half full, or two of them would have shared one.
    assert sum(sum(lengths[i] for i in row) * 2 <= 50 for row in rows) <= 1


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_level_rows_are_no_more_and_no_longer(lengths):
    fitted, level = first_fit_decreasing(lengths, 50), level_rows(lengths, 50)
    assert sorted(index for row in level for index in row) == list(range(len(lengths)))
    assert len(level) <= len(fitted)
    longest = [max(sum(lengths[index] for index in row) for row in rows) for rows in (level, fitted)]
    assert longest[0] <= longest[1]


def test_level_rows_share_what_there_is():
    assert sorted(map(len, level_rows([10] * 6, 50))) == [3, 3]


def test_what_fits_no_row_is_an_error():
    with pytest.raises(ValueError, match="51 tokens does not fit a row of 50"):
        first_fit_decreasing([3, 51], 50)


def emissions(path: str) -> torch.Tensor:
    logits = torch.zeros(1, len(path), len(ALPHABET) + 1)
    for step, character in enumerate(path):
        logits[0, step, 0 if character == "_" else ALPHABET.index(character) + 1] = 8.0
    return logits.log_softmax(-1)


@pytest.mark.parametrize(
    ("path", "text", "steps"),
    [("_T_ee_", "Te", [1, 3]), ("1_1___", "11", [0, 2]), ("__ab__", "ab", [2, 3]), ("______", "", [])],
)
def test_alignment_finds_each_character_s_first_step(path, text, steps):
    assert alignments(emissions(path), [text])[0].tolist()[: len(text)] == steps


def test_what_cannot_be_aligned_has_no_place():
    assert (alignments(emissions("ab"), ["abc"]) == -1).all()
    assert (alignments(emissions("ab"), ["中"]) == -1).all()


def test_guided_attention_is_low_where_it_looks_right():
    # One image of two tokens (begin, A, B, newline, end in slots 2 to 6), asked at slot 8: "ab" then the end.
    images = Images(torch.zeros(1, 32, 64, 3), torch.tensor([[2, 3, 4, 5, 6]]), torch.tensor([8]), ["ab"])
    log_probs = emissions("_a_________b")
    right, wrong = torch.full((2, 1, 1, 12, 12), 1e-3)
    for query, key in ((8, 3), (9, 4), (10, 5)):
        right[0, 0, query, key] = 0.9
        wrong[0, 0, query, key + 1] = 0.9
    good = guide_loss((right, right), log_probs, images)
    assert float(good) == pytest.approx(-3 * np.log(0.9), rel=1e-4)
    assert float(guide_loss((wrong, wrong), log_probs, images)) > 10 * float(good)
