#!/usr/bin/env bash
# Nano's stages 2 to 4 on one H200: about 25 minutes from the bundled checkpoint, whose vision tower a CPU has taught to read (stage 1,
# training/runs/nano_cpu.sh). Not a download in it: what it needs comes with the folder.
#
# On a machine with fonts, text, receipts and formulas:
#   training/runs/nano_h200_pack.sh                 # makes runs/luggage.tgz (38 MiB), which comes along
# On the GPU machine (Python 3.12, torch 2.11, transformers 5.17, opencv, matplotlib), in the repository's root:
#   training/runs/nano_h200.sh                      # the burst; stopped at any time, the same command goes on where it was
#   training/runs/nano_h200.sh --steps 100          # settings are passed on to every stage
# What comes back: runs/nano_h200_export (bfloat16) and the stages' runs/nano_h200_*/metrics.jsonl.
#
# On any machine with fonts, in two minutes of two cores: all of it, three steps a stage, in $RUNS/nano_h200_smoke
#   PYTHON=.venv/bin/python training/runs/nano_h200.sh --smoke
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
RUNS=${RUNS:-runs}
LUGGAGE=${LUGGAGE:-runs/luggage}
export PYTHON PYTHONPATH="$PWD" OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
ulimit -n "$(ulimit -Hn)" # every tensor that a worker sends is an open file until it is used

smoke=
if [ "${1:-}" = --smoke ]; then
  smoke=yes
  shift
  RUNS=$RUNS/nano_h200_smoke
  LUGGAGE=$RUNS/luggage
  rm -rf "$RUNS"
  mkdir -p "$RUNS"
  LUGGAGE=$LUGGAGE training/runs/nano_h200_pack.sh --smoke
  rm -r "$LUGGAGE" # as on the machine that only the archive comes to
fi
if [ ! -e "$LUGGAGE/unpacked" ]; then
  mkdir -p "$LUGGAGE"
  tar -xzf "$LUGGAGE.tgz" -C "$LUGGAGE"
  touch "$LUGGAGE/unpacked"
fi
if [ -d "$LUGGAGE/wheels" ]; then
  "$PYTHON" -m pip install --quiet --no-index --no-deps --upgrade --target "$LUGGAGE/site" "$LUGGAGE"/wheels/*.whl
  PYTHONPATH=$(realpath "$LUGGAGE/site"):$PYTHONPATH
fi

possible() { # stage: its mixture as JSON, without the real pictures that did not come along
  "$PYTHON" - "training/stages/$1.yaml" "$LUGGAGE" <<'END'
import json, pathlib, sys, yaml
stage, luggage = map(pathlib.Path, sys.argv[1:])
folders = {"crops": "receipts", "receipts": "receipts", "formulas": "formulas"}
mixture = yaml.safe_load(stage.read_text())["mixture"]
print(json.dumps({name: share for name, share in mixture.items() if (luggage / folders.get(name.split("/")[0], "")).is_dir()}))
END
}

train() { # stage, checkpoint to start from, further settings
  local output=$RUNS/$1 small=()
  if [ -e "$output/finished" ]; then return; fi
  if [ -n "$smoke" ]; then
    small=(--steps 3 --warmup 1 --rows 1 --length 384 --max_pixels 32768 --widths '{64: 1, 128: 1}' --workers 0
      --log_every 1 --eval_every 3 --eval_samples 2 --mixture "$(possible "$1")")
  fi
  "$PYTHON" -m training.pretrain "training/stages/$1.yaml" --output "$output" --init "$2" --text "$LUGGAGE/text" \
    --fonts "$LUGGAGE/fonts" --receipts "$LUGGAGE/receipts" --formulas "$LUGGAGE/formulas" --labels "$LUGGAGE/labels.json" \
    "${small[@]}" "${@:3}"
  touch "$output/finished"
}

mkdir -p "$LUGGAGE/text" # empty where none came along: the built-in generator's is drawn
train nano_h200_2_multimodal hyocr/weights/nano "$@"
train nano_h200_3_long "$RUNS/nano_h200_2_multimodal/checkpoint" "$@"
train nano_h200_4_sft "$RUNS/nano_h200_3_long/checkpoint" "$@"
"$PYTHON" -m training.export --checkpoint "$RUNS/nano_h200_4_sft/checkpoint" --output "$RUNS/nano_h200_export"
if [ -n "$smoke" ]; then
  "$PYTHON" -m hyocr read --quiet --model "$RUNS/nano_h200_export" examples/receipt.jpg | tee "$RUNS/receipt.txt"
  test -s "$RUNS/receipt.txt"
fi
