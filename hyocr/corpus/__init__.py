"""Whole corpora: many documents shared out among workers, every page journaled, resumable at any moment."""
