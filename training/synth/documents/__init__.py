"""One module per document type (`training.synth.engine.DocumentType`); what several share is in modules named `_*`."""
