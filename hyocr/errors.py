"""Every error a user can meet, each a sentence that says what to do."""


class HyocrError(Exception):
    """Base of all errors raised on purpose; the CLI prints its message and no traceback."""


class InputError(HyocrError):
    """A file or image cannot be read: missing, truncated, encrypted, too large, wrong type."""


class CheckpointError(HyocrError):
    """A model cannot be found or is not of the HunYuanVLForConditionalGeneration class."""


class EngineError(HyocrError):
    """A model was found but could not run: out of memory, context too long, dead server."""
