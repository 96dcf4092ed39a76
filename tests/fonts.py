"""The fonts installed here, for tests that draw; they skip, saying so, where there are none."""

import pytest

from training.synth.fonts import families


def installed(testing: bool) -> dict[str, list[str]]:
    try:
        return families(testing)
    except FileNotFoundError:
        return {}


TRAINING, HELD_OUT = installed(testing=False), installed(testing=True)

needs_fonts = pytest.mark.skipif(not (TRAINING and HELD_OUT), reason="no fonts here: run training/install_fonts.sh")
