#!/bin/sh
# All that is to be learned of one card, in one go of at most eight minutes: figures as JSON lines.
# It runs from the checkout, with whatever torch the machine has, and installs nothing:
#   cluster/card-session.sh FOLDER_OF_GOLDEN_VECTORS figures.jsonl
# A second go for steps that failed:  cluster/card-session.sh FOLDER figures.jsonl --only bits whole
# Without a GPU, to try the script:   cluster/card-session.sh FOLDER figures.jsonl --model hunyuan-tiny
set -eu
golden=$1 out=$2
shift 2
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD" OMP_NUM_THREADS="${OMP_NUM_THREADS:-8}"
# Kernels are compiled once for all steps but those that ask whether another compilation agrees.
export TORCHINDUCTOR_CACHE_DIR="${TORCHINDUCTOR_CACHE_DIR:-${TMPDIR:-/tmp}/foley-kernels}"
exec "${PYTHON:-python3}" -m pipelines.benchmarks.card_session --golden "$golden" --out "$out" "$@"
