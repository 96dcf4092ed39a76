"""OmniDocBench v1.5, end to end: from a page's Markdown and its annotation to sums, from sums to scores."""

from eval.metrics.omnidocbench.page import cdm_counts, formula_pairs, page_counts, page_matches, scores

__all__ = ["cdm_counts", "formula_pairs", "page_counts", "page_matches", "scores"]
