#!/usr/bin/env bash
# Nano on one H200: a burst of about 25 minutes from the bundled checkpoint. Not a download in it: everything comes with the folder.
#
# On a machine with the fonts, text and receipts (about 40 MiB together; with the repository it stays under 64 MiB):
#   python -m training.pack --output luggage --text ../shared/text --receipts ../shared/data/receipts
#   python -m training.relabel --checkpoint hyocr/weights/nano --receipts luggage/receipts --output luggage/labels.json
#   pip download rapidfuzz --no-deps --only-binary=:all: --python-version 3.12 --platform manylinux_2_28_x86_64 \
#     --platform manylinux_2_27_x86_64 -d luggage/wheels
# On the GPU machine (python 3.12, torch 2.11, transformers 5.17, pillow, opencv), in the repository's root:
#   training/runs/nano_h200.sh --steps 200          # a smoke run at full batch size
#   training/runs/nano_h200.sh                      # the burst; the same command resumes it
# What comes back: runs/nano_h200/checkpoint (bfloat16 with training.export) and runs/nano_h200/metrics.jsonl.
set -euo pipefail
cd "$(dirname "$0")/../.."
site=$(mktemp -d)
python3 -m pip install --quiet --no-index --no-deps --target "$site" luggage/wheels/*.whl
export PYTHONPATH="$site:$PWD" OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1
python3 -m training.pretrain training/stages/nano_h200.yaml "$@"
python3 -m training.export --checkpoint runs/nano_h200/checkpoint --output runs/nano_h200/export
