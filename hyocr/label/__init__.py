"""`hyocr label`: predictions as rows for fine-tuning, and a page to correct them by hand before they are used."""
