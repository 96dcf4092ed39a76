"""The auxiliary CTC head and what is done with its alignments."""

import math

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from hyocr.model.ctc import BLANK, CtcHead, load_head
from hyocr.model.folder import HEAD
from training.ctc import INDEX, ctc_losses, ctc_read
from training.relabel import align, restore_case
from training.synth.text import ALPHABET


def emissions(path: str, sharp: float = 8.0) -> torch.Tensor:
    """(1, steps, symbols) log-probabilities that say `path`, "_" for blank."""
    logits = torch.zeros(1, len(path), len(ALPHABET) + 1)
    for step, character in enumerate(path):
        logits[0, step, BLANK if character == "_" else INDEX[character]] = sharp
    return logits.log_softmax(-1)


def test_head_gives_three_steps_per_patch_column():
    head = CtcHead(hidden=8, alphabet=ALPHABET)
    log_probs = head(torch.randn(5, 2 * 4, 8))
    assert log_probs.shape == (5, 12, len(ALPHABET) + 1)
    torch.testing.assert_close(log_probs.exp().sum(-1), torch.ones(5, 12))


@pytest.mark.parametrize(
    ("path", "text"),
    [("__TT_o__tt__aal_", "Total"), ("1__1", "11"), ("11", "1"), ("____", ""), ("9._9", "9.9")],
)
def test_best_path_merges_repeats_and_drops_blanks(path, text):
    assert ctc_read(CtcHead(8, ALPHABET), emissions(path)) == [text]


def test_best_path_tells_each_character_s_probability():
    log_probs = emissions("_A_B", sharp=4.0)
    log_probs[0, 1] = emissions("A", sharp=2.0)[0, 0]
    [[a, b]] = CtcHead(8, ALPHABET).best_path(log_probs)
    assert (a.text, b.text) == ("A", "B")
    assert a.logprob == pytest.approx(float(log_probs[0, 1, INDEX["A"]]))
    assert a.logprob < b.logprob < 0


def test_a_head_carries_its_alphabet_and_a_wrong_one_is_refused(tmp_path):
    head = CtcHead(8, "abc")
    (tmp_path / HEAD).parent.mkdir()
    save_file(head.state_dict(), tmp_path / HEAD, metadata={"alphabet": "abc"})
    assert load_head(tmp_path).alphabet == "abc"
    save_file(head.state_dict(), tmp_path / HEAD, metadata={"alphabet": "abcd"})
    with pytest.raises(ValueError, match="alphabet"):
        load_head(tmp_path)


def test_loss_is_small_for_the_truth_and_large_for_anything_else():
    log_probs = emissions("__T_o_t_a_l__")
    assert float(ctc_losses(log_probs, ["Total"])) < 0.2 < float(ctc_losses(log_probs, ["Tonal"]))


def test_loss_of_a_text_too_long_for_its_image_is_zero_not_infinite():
    assert float(ctc_losses(emissions("ab"), ["abcdef"])) == 0.0


def test_loss_of_an_image_without_text_is_finite():
    assert float(ctc_losses(emissions("__"), [""])) < 0.2 < float(ctc_losses(emissions("ab"), [""]))


def test_case_comes_back_word_by_word():
    seen = "Cash SALE no.:12"
    log_probs = emissions("_".join(seen), sharp=6.0)[0].numpy()
    fit, rows = align(log_probs, seen.upper())
    assert restore_case(seen.upper(), rows) == seen
    assert fit / len(seen) > -1


def test_a_wrong_label_fits_badly():
    log_probs = emissions("_".join("Cash SALE"), sharp=6.0)[0].numpy()
    right, _ = align(log_probs, "CASH SALE")
    wrong, _ = align(log_probs, "THANK YOU")
    assert wrong < right - 10


def test_alignment_of_repeated_letters_needs_a_blank_between_them():
    fit, _ = align(emissions("AA").numpy()[0], "AA")
    assert fit == -math.inf or fit < -5
    assert np.isfinite(align(emissions("A_A").numpy()[0], "AA")[0])
