"""Who runs the model. Every engine speaks the protocol in `base`."""

from hyocr.engines.base import Engine, Generation, Request

__all__ = ["Engine", "Generation", "Request"]
