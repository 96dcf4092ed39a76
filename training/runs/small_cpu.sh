#!/usr/bin/env bash
# Small from SmolLM2 and nano's eye on a two-core CPU: readings of the train receipts, what nano misreads, then LoRA on text alone.
# Needs the base (hyocr fetch small, or GGUF=FILE), the fonts (training/install_fonts.sh), text to draw (TEXT) and receipts with a train
# split (RECEIPTS). Stopped at any time, the same command goes on where it was.
set -euo pipefail
cd "$(dirname "$0")/../.."
TEXT=${TEXT:-../shared/text}
RECEIPTS=${RECEIPTS:-../shared/data/receipts}
PYTHON=${PYTHON:-.venv/bin/python}
GGUF=${GGUF:-${HYOCR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hyocr}/small/SmolLM2-135M-Instruct.Q4_1.gguf}
export OMP_WAIT_POLICY=PASSIVE HF_HUB_OFFLINE=1

test -e runs/small_base || "$PYTHON" -m training.small --gguf "$GGUF" --output runs/small_base
test -e runs/labels_whole.json ||
  "$PYTHON" -m training.relabel --checkpoint nano --receipts "$RECEIPTS" --output runs/labels_whole.json
"$PYTHON" -m training.readings --receipts "$RECEIPTS" --output runs/readings --scales 1 0.93
# Counted anew only by hand: the rates that ship are in training/synth/noise.json.
#   python -m training.noise --readings runs/readings/1 --receipts "$RECEIPTS" --labels runs/labels_whole.json
for stage in small_cpu_1_observed small_cpu_2_receipts; do
  nice -n 19 "$PYTHON" -m training.pretrain "training/stages/$stage.yaml" --text "$TEXT" --receipts "$RECEIPTS"
done
"$PYTHON" -m training.export_adapter --adapter runs/small_cpu_2_receipts/checkpoint --output hyocr/weights/small
