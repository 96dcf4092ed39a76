"""Fine-tuning on one's own documents: rows of JSON in, an adapter or a checkpoint and a report out."""
