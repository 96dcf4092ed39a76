#!/usr/bin/env bash
# Nano from nothing on a two-core CPU in about five hours: letters first, by CTC alone; then lines, real ones among them; then the
# language model, over a tower that stands still.
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
train() { nice -n 19 "$PYTHON" -m training.pretrain "training/stages/$1.yaml" --text "$TEXT" "${@:2}"; }

train nano_cpu_1_words
# The receipts' truth is upper-cased; the letters learned so far say which case each word has in the image.
relabel nano_cpu_1_words runs/labels.json
train nano_cpu_2_lines --receipts "$RECEIPTS"
train nano_cpu_3_anneal --receipts "$RECEIPTS"
relabel nano_cpu_3_anneal runs/labels_again.json
train nano_cpu_4_more --receipts "$RECEIPTS"
relabel nano_cpu_4_more runs/labels_third.json
train nano_cpu_5_again --receipts "$RECEIPTS"
train nano_cpu_6_align --receipts "$RECEIPTS"
"$PYTHON" -m training.export --checkpoint runs/nano_cpu_6_align/checkpoint --output runs/nano_cpu_export
