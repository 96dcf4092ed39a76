"""Limits of a service from the environment, each the variable HYOCR_<NAME>."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Self

from hyocr.errors import EngineError


class FromEnv:
    """For dataclasses whose fields are whole numbers above 0."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Defaults, but for what the environment sets. Raises EngineError for anything but whole numbers above 0."""
        names: list[str] = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        given: dict[str, Any] = {name: env[key] for name in names if (key := f"HYOCR_{name.upper()}") in env}
        for name, text in given.items():
            if not (text.isascii() and text.isdigit() and int(text) > 0):
                raise EngineError(f'HYOCR_{name.upper()} is "{text}"; set a whole number above 0.')
        return cls(**{name: int(text) for name, text in given.items()})
