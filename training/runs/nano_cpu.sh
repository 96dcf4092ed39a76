#!/usr/bin/env bash
# Nano from nothing on a two-core CPU in about fourteen hours. Stage 1, what the tower sees: letters, then lines, by CTC alone. Stage 2, all
# of it: the language model learns to say what the tower sees, short lines first, and to be asked; then GRPO.
# Needs the fonts (training/install_fonts.sh), text to draw (TEXT) and receipts with a train split (RECEIPTS); see README, "Training".
# Stopped at any time, the same command goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/../.."
TEXT=${TEXT:-../shared/text}
RECEIPTS=${RECEIPTS:-../shared/data/receipts}
PYTHON=${PYTHON:-.venv/bin/python}
export OMP_WAIT_POLICY=PASSIVE HF_HUB_OFFLINE=1

relabel() {
  test -e "$2" || "$PYTHON" -m training.relabel --checkpoint "runs/$1/checkpoint" --receipts "$RECEIPTS" --output "$2"
}
train() { nice -n 19 "$PYTHON" -m training.pretrain "training/stages/$1.yaml" --text "$TEXT" --receipts "$RECEIPTS"; }

train nano_cpu_1a_words
# The receipts' truth is upper-cased; the letters learned so far say which case each word has in the image.
relabel nano_cpu_1a_words runs/labels.json
train nano_cpu_1b_lines
train nano_cpu_1c_anneal
relabel nano_cpu_1c_anneal runs/labels_again.json
train nano_cpu_1d_more
relabel nano_cpu_1d_more runs/labels_third.json
train nano_cpu_1e_again
train nano_cpu_2a_short
train nano_cpu_2b_lines
# Half-way between the towers before and after, which reads better than either; the language model then settles on it.
test -e runs/nano_cpu_2b_mean ||
  "$PYTHON" -m training.soup runs/nano_cpu_1e_again/checkpoint runs/nano_cpu_2b_lines/checkpoint --output runs/nano_cpu_2b_mean
train nano_cpu_2c_settle
train nano_cpu_2d_more
test -e runs/nano_cpu_2d_mean ||
  "$PYTHON" -m training.soup runs/nano_cpu_2c_settle/checkpoint runs/nano_cpu_2d_more/checkpoint --output runs/nano_cpu_2d_mean
train nano_cpu_2e_settle
train nano_cpu_2f_language
train nano_cpu_2g_asked
# Two policies, one that reads and one that is asked, each half-way back to where it started, and the mean of both.
policy() {
  nice -n 19 "$PYTHON" -m training.rl.filter "$1" --text "$TEXT" --receipts "$RECEIPTS" --init "$2"
  nice -n 19 "$PYTHON" -m training.rl.grpo "$1" --text "$TEXT" --receipts "$RECEIPTS" --init "$2"
}
mean() { test -e "$3" || "$PYTHON" -m training.soup "$1" "$2" --all 0.5 --output "$3"; }
policy training/rl/runs/nano_cpu_lines.yaml runs/nano_cpu_2f_language/checkpoint
policy training/rl/runs/nano_cpu_asked.yaml runs/nano_cpu_2g_asked/checkpoint
mean runs/nano_cpu_2f_language/checkpoint runs/rl_lines/checkpoint runs/rl_lines_half
mean runs/nano_cpu_2g_asked/checkpoint runs/rl_asked/checkpoint runs/rl_asked_half
mean runs/rl_lines_half runs/rl_asked_half runs/rl_mean
# The receipts' truth ended at the first comma of each line until December 2026; these two stages put it right.
test -e runs/labels_whole.json ||
  "$PYTHON" -m training.relabel --checkpoint runs/rl_mean --receipts "$RECEIPTS" --output runs/labels_whole.json
train nano_cpu_1f_commas
test -e runs/nano_1f_mean ||
  "$PYTHON" -m training.soup runs/rl_mean runs/nano_cpu_1f_commas/checkpoint --output runs/nano_1f_mean
train nano_cpu_2h_settle
"$PYTHON" -m training.export --checkpoint runs/nano_cpu_2h_settle/checkpoint --output runs/nano_cpu_export
