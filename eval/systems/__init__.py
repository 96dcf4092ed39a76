"""Who can be benchmarked: one module per system, all with the same shape (`eval.systems.base.System`)."""

from __future__ import annotations

from eval.systems.base import System

ENGINES = ("transformers", "tesseract", "rapidocr")


def load_system(
    engine: str,
    threads: int = 2,
    model: str = "nano",
    strategy: str | None = None,
    line_reader: str | None = None,
    adapter: str | None = None,
) -> System:
    """The system `engine`; all but `threads` is for our own. Raises ValueError for an unknown name.

    Each module is imported when asked for, so that a peer's memory and start are not charged with our libraries.
    """
    if engine == "transformers":
        from eval.systems.hyocr import HyocrSystem

        return HyocrSystem(model, threads, strategy, line_reader, adapter)
    if engine == "tesseract":
        from eval.systems.tesseract import TesseractSystem

        return TesseractSystem(threads)
    if engine == "rapidocr":
        from eval.systems.rapidocr import RapidOcrSystem

        return RapidOcrSystem(threads)
    raise ValueError(f'there is no engine "{engine}"; choose one of {", ".join(ENGINES)}')
