"""SmolLM2 inside HunYuanVL: the same logits, its own chat and vocabulary, a folder like any other."""

from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from hyocr.engines.prompting import Prompter
from hyocr.model import vocabulary as v
from hyocr.model.chat import chat_tokens, messages
from hyocr.model.checkpoint import load
from hyocr.model.llama import read_folder, read_gguf
from hyocr.model.smollm2 import GAIN, convert_state, scale_of, value_scale, write_base
from hyocr.model.smollm2_tokenizer import build_tokenizer
from hyocr.model.store import find_small, is_fetched
from tests.smollm2_files import TOKENS, tiny_llama, write_gguf, write_hub_folder


@pytest.fixture(scope="module")
def llama():
    return tiny_llama()


@pytest.fixture(scope="module")
def base(llama, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    gguf = write_gguf(llama, tmp_path_factory.mktemp("gguf") / "a.gguf")
    write_base(read_gguf(gguf), folder, torch.float32)
    return folder


def logits(model, ids: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(input_ids=ids).logits


def test_logits_are_llamas(llama, base: Path) -> None:
    ids = torch.randint(17, len(TOKENS), (2, 60), generator=torch.manual_seed(0))
    expected = logits(llama, ids)
    assert expected.abs().max() > 5
    assert (logits(load(str(base), "cpu").model, ids) - expected).abs().max() < 1e-3 * expected.abs().max()


def test_the_hub_and_gguf_forms_are_one_model(llama, tmp_path: Path) -> None:
    from_hub = read_folder(write_hub_folder(llama, tmp_path / "hub"))
    from_gguf = read_gguf(write_gguf(llama, tmp_path / "a.gguf"))
    assert from_hub.state.keys() == from_gguf.state.keys()
    assert all(torch.equal(from_hub.state[name], from_gguf.state[name]) for name in from_hub.state)
    for part in ("layers", "heads", "key_value_heads", "head_dim", "theta", "context", "tokens", "merges"):
        assert getattr(from_hub, part) == getattr(from_gguf, part), part
    assert from_hub.eps == pytest.approx(from_gguf.eps)


def test_only_two_matrices_a_layer_change_their_scale(llama, tmp_path: Path) -> None:
    given = read_gguf(write_gguf(llama, tmp_path / "a.gguf"))
    converted = convert_state(given)
    scale = scale_of(given.eps)
    for name, value in given.state.items():
        larger = 1 / scale if "v_proj" in name else scale if "input_layernorm" in name else 1
        torch.testing.assert_close(converted[f"model.language_model.{name}"], value * larger)
    norms = [value for name, value in converted.items() if "query_layernorm" in name or "key_layernorm" in name]
    assert len(norms) == 2 * given.layers
    assert all(bool((norm == GAIN).all()) for norm in norms)


def test_the_folder_is_a_checkpoint_like_any_other(base: Path) -> None:
    loaded = load(str(base), "cpu")
    assert (loaded.name, loaded.default_strategy, loaded.line_reader) == ("small", "lines", "ctc")
    assert loaded.observes == ("fields", "key", "ask", "evidence")
    assert loaded.head_folder == base
    assert (base / "ctc/head.safetensors").exists()
    assert value_scale(loaded.model) == pytest.approx(1 / scale_of(1e-5))
    assert value_scale(load("nano", "cpu").model) == 1
    nano = load("nano", "cpu").model.model.vision_tower.layers.state_dict()
    ours = loaded.model.model.vision_tower.layers.state_dict()
    assert all(torch.equal(ours[name], value) for name, value in nano.items())


def test_the_connector_starts_the_same_each_time(llama, base: Path, tmp_path: Path) -> None:
    write_base(read_gguf(write_gguf(llama, tmp_path / "a.gguf")), tmp_path, torch.float32)
    assert (tmp_path / "model.safetensors").read_bytes() == (base / "model.safetensors").read_bytes()


def test_an_answer_stops_at_the_end_of_its_turn(base: Path) -> None:
    prompter = Prompter(load(str(base), "cpu"))
    tokenizer = prompter.processor.tokenizer
    assert prompter.stops == set(tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]))
    assert tokenizer.pad_token_id not in prompter.stops
    special, last = chat_tokens(tokenizer, tokenizer)
    assert tokenizer.convert_ids_to_tokens(last) == "<|im_end|>"
    named = {"<|im_start|>", "<|im_end|>", v.IMAGE_START, v.IMAGE, v.IMAGE_END}
    assert special == set(tokenizer.convert_tokens_to_ids(sorted(named)))


def test_the_chat_is_smollm2s(base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    image = v.IMAGE_START + v.IMAGE + v.IMAGE_END
    asked = tokenizer.apply_chat_template(messages("total?"), tokenize=False, add_generation_prompt=True)
    assert asked == f"<|im_start|>user\n{image}total?<|im_end|>\n<|im_start|>assistant\n"
    answered = tokenizer.apply_chat_template(messages("total?", "9.00"), tokenize=False)
    assert answered == f"{asked}9.00<|im_end|>"
    spoken = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "total?"}]
    assert tokenizer.apply_chat_template(spoken, tokenize=False, add_generation_prompt=True) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\ntotal?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("text", ["total 1234.50 RM", "价格 9,00 €\n\ttotal", ""])
def test_any_text_survives_the_tokenizer(base: Path, text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.decode(ids) == text


def test_another_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not SmolLM2's: it has no <empty_output>"):
        build_tokenizer([token for token in TOKENS if token != "<empty_output>"], [])


def test_the_real_one_answers() -> None:
    if not is_fetched():
        pytest.skip("small is not fetched: hyocr fetch small")
    loaded = load(str(find_small()), "cpu")
    tokenizer = loaded.processor.tokenizer
    text = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    ids = tokenizer(text, return_tensors="pt")["input_ids"]
    answer = loaded.model.generate(input_ids=ids, max_new_tokens=12, do_sample=False)[0][ids.shape[1] :]
    assert "Paris" in tokenizer.decode(answer)
