# make demo: sets everything up and reads the examples.   make test: sets everything up and runs lint, types and tests.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test peers fonts clean

demo: .venv/installed
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png --format markdown --output out --overlay
	$(BIN)/hyocr read examples/receipt.jpg examples/page.png --format json --output out
	@ls out

test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

# The systems we are measured beside. Tesseract is a system package: apt-get install tesseract-ocr
peers: .venv/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[peers]'
	$(BIN)/pip install --quiet -c constraints.txt --no-deps rapidocr-onnxruntime

fonts:
	training/install_fonts.sh

clean:
	rm -rf .venv out build dist
