"""LaTeX formulas: read, laid out, drawn as ink, and invented."""
