#!/usr/bin/env bash
# The 1B's four stages one after the other, on one machine or several with FSDP. Stopped at any time, the same command goes on where it
# was. The batch stays a million tokens whatever the number of GPUs, which must divide 32.
#
#   training/runs/1b.sh                                                              # one machine, eight GPUs
#   MACHINES=4 MACHINE_RANK=0 MASTER_ADDR=10.0.0.1 training/runs/1b.sh               # on each of four machines, ranks 0 to 3
#
# On several machines runs/ must be a folder they share: every process reads the saved state when it resumes. INIT is a checkpoint
# folder with a pretrained tower and language model (see training/stages/1b_1_align.yaml); arguments are passed on to every stage.
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-.venv/bin/python}
MACHINES=${MACHINES:-1}
MACHINE_RANK=${MACHINE_RANK:-0}
GPUS=${GPUS:-8}  # of each machine
MASTER_ADDR=${MASTER_ADDR:-127.0.0.1}
MASTER_PORT=${MASTER_PORT:-29500}
INIT=${INIT:-new:1b}
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
ulimit -n "$(ulimit -Hn)" # every tensor that a drawing worker sends is an open file until it is used
processes=$((MACHINES * GPUS))

train() { # stage, micro-batches per step in all processes together, further settings
  if (($2 % processes)); then
    echo "$1 has $2 micro-batches a step, which $processes GPUs cannot share evenly; choose MACHINES and GPUS so that they can." >&2
    exit 1
  fi
  "$PYTHON" -m accelerate.commands.launch --config_file training/runs/fsdp.yaml \
    --num_machines "$MACHINES" --machine_rank "$MACHINE_RANK" --num_processes "$processes" \
    --main_process_ip "$MASTER_ADDR" --main_process_port "$MASTER_PORT" \
    -m training.pretrain "training/stages/$1.yaml" --accumulate $(($2 / processes)) "${@:3}"
}

train 1b_1_align 64 --init "$INIT" "$@"
train 1b_2_multimodal 64 "$@"
train 1b_3_long 32 "$@"
train 1b_4_sft 32 "$@"
