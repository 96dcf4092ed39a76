#!/usr/bin/env bash
# Packs runs/luggage.tgz for training/runs/nano_h200.sh, whose machine has neither fonts nor a network: fonts, text, the train splits of
# receipts and formulas, the receipts' letter case, and the one Python package that machine lacks. 38 MiB, some minutes.
#
#   training/runs/nano_h200_pack.sh            # TEXT, RECEIPTS and FORMULAS name the folders; an empty one is left out
#   training/runs/nano_h200_pack.sh --smoke    # what a smoke run needs (nano_h200.sh --smoke calls this): no text, few or no real pictures
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-.venv/bin/python}
LUGGAGE=${LUGGAGE:-runs/luggage}
TEXT=${TEXT-../shared/text}
RECEIPTS=${RECEIPTS-../shared/data/receipts}
FORMULAS=${FORMULAS-../shared/data/formulas}
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1
few=()
if [ "${1:-}" = --smoke ]; then
  few=(--most 3)
  TEXT=  # the built-in generator's is enough
  [ -d "$RECEIPTS" ] || RECEIPTS=
  [ -d "$FORMULAS" ] || FORMULAS=
fi

"$PYTHON" -m training.pack --output "$LUGGAGE" ${TEXT:+--text "$TEXT"} ${RECEIPTS:+--receipts "$RECEIPTS"} \
  ${FORMULAS:+--formulas "$FORMULAS"} "${few[@]}"
if [ -n "$RECEIPTS" ]; then
  "$PYTHON" -m training.relabel --checkpoint hyocr/weights/nano --receipts "$LUGGAGE/receipts" --output "$LUGGAGE/labels.json"
fi
if [ "${1:-}" != --smoke ]; then
  "$PYTHON" -m pip download --quiet rapidfuzz -c constraints.txt --no-deps --only-binary=:all: --python-version 3.12 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 -d "$LUGGAGE/wheels"
fi
tar -czf "$LUGGAGE.tgz" -C "$LUGGAGE" .
du -h "$LUGGAGE.tgz"
