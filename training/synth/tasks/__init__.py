"""One module per task: what it asks of a document, and the right answer (`training.synth.samples.SampleTask`)."""
