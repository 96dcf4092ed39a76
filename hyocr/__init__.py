"""hyocr: read documents by asking, with one small vision-language model."""

__version__ = "0.1.0"
