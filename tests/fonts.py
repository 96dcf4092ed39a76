"""The fonts installed here, for tests that draw; they skip, saying so, where there are none."""

import shutil

import pytest

from training.synth.faces import chinese_families
from training.synth.fonts import families


def installed(testing: bool) -> dict[str, list[str]]:
    try:
        return families(testing)
    except FileNotFoundError:
        return {}


TRAINING, HELD_OUT = installed(testing=False), installed(testing=True)

# What training/install_fonts.sh installs: Latin and Chinese fonts for both splits, and Graphviz for flowcharts.
complete = TRAINING and HELD_OUT and all(map(chinese_families, (False, True))) and shutil.which("dot")
needs_fonts = pytest.mark.skipif(not complete, reason="no fonts or no Graphviz here: run training/install_fonts.sh")
