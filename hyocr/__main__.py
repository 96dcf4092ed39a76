"""`python -m hyocr` is the `hyocr` command."""

from hyocr.cli import app

app()
