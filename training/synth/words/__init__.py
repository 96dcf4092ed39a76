"""What documents say: text from files, and invented text in every language."""
