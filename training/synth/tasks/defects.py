"""Defects: multiple choice on what spoils an image, how badly and where (criteria of UniPercept, arXiv 2512.21675)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.synth.annotation import Defect, Document
from training.synth.samples import Sample

NAME = "defects"

TYPES = {
    "gaussian_blur": ("blur", "模糊"),
    "defocus": ("blur", "模糊"),
    "motion_blur": ("motion blur", "运动模糊"),
    "sensor_noise": ("noise", "噪点"),
    "salt_and_pepper": ("noise", "噪点"),
    "jpeg": ("compression artefacts", "压缩失真"),
    "low_resolution": ("low resolution", "分辨率低"),
    "low_contrast": ("low contrast", "对比度低"),
    "underexposure": ("underexposure", "曝光不足"),
    "overexposure": ("overexposure", "曝光过度"),
    "uneven_light": ("uneven light", "光照不均"),
    "cast_shadow": ("shadow", "阴影"),
    "glare": ("glare", "反光"),
    "moire": ("moiré", "摩尔纹"),
    "stain": ("stain", "污渍"),
    "streaks": ("streaks", "条纹"),
    "show_through": ("show-through", "透印"),
    "thermal_fading": ("fading", "褪色"),
    "rotation": ("rotation", "倾斜"),
    "perspective": ("perspective", "透视变形"),
    "curl": ("curl", "页面弯曲"),
    "fold": ("fold", "折痕"),
    "crumple": ("crumpling", "褶皱"),
}
"""What a person calls each type of defect; other types are too slight to ask about."""

ALIKE = (
    frozenset({"gaussian_blur", "defocus", "motion_blur", "low_resolution"}),
    frozenset({"low_resolution", "jpeg"}),
    frozenset({"sensor_noise", "salt_and_pepper", "dirt", "paper_texture", "binarisation", "jpeg"}),
    frozenset({"uneven_light", "cast_shadow", "glare", "underexposure", "overexposure"}),
    frozenset({"low_contrast", "overexposure", "underexposure", "thermal_fading", "worn_ink", "binarisation"}),
    frozenset({"thermal_fading", "dropped_rows", "streaks", "worn_ink"}),
    frozenset({"stain", "dirt", "yellowed", "show_through", "cast_shadow", "uneven_light"}),
    frozenset({"perspective", "curl", "fold", "crumple", "rotation"}),
)
"""Types that one may take for each other: where there is one, however slight, another is not offered as wrong."""

NOTHING = ("none of these", "以上都没有")
PLACES = (("top left", "左上"), ("top right", "右上"), ("bottom left", "左下"), ("bottom right", "右下"))
LEVELS = (("none", "没有"), ("slight", "轻微"), ("obvious", "明显"))
SLIGHT, OBVIOUS = 0.15, 0.5
"""Severities from which a defect is worth naming, and from which nobody can overlook it."""
UNSURE = 0.08
"""This near to OBVIOUS nobody is asked for the level."""

_ASKED = {
    "type": ("Which of these spoils the image most?", "以下哪一项对图片影响最大？"),
    "severity": ("How strong is this defect: {}?", "以下缺陷的程度如何：{}？"),
    "place": ("Where is this defect: {}?", "以下缺陷在哪个位置：{}？"),
}
Names = tuple[str, str]
Asked = tuple[Names, Sequence[Names], Names]
"""The question, its options and the right one."""


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One question about the type, one about a severity, and one about a place where a defect has one."""
    named = [defect for defect in document.defects if defect.type in TYPES and defect.severity >= SLIGHT]
    asked = [_type(rng, document, named), _severity(rng, document), _place(rng, document, named)]
    found = []
    for question, options, right in filter(None, asked):
        at = ("en", "zh").index(language)
        letters = [f"({chr(65 + i)}) {names[at]}" for i, names in enumerate(options)]
        values = {"question": question[at], "options": " ".join(letters)}
        found.append(Sample("defects", document.id, document.image, chr(65 + options.index(right)), values, language))
    return found


def _absent(document: Document) -> list[Names]:
    """What the image clearly does not have."""
    present = {defect.type for defect in document.defects}
    possible = present.union(*(group for group in ALIKE if group & present))
    return sorted(set(TYPES.values()) - {TYPES[type] for type in possible & TYPES.keys()})


def _type(rng: random.Random, document: Document, named: Sequence[Defect]) -> Asked | None:
    """The worst defect among ones that the image does not have; "none of these" is always the last option."""
    absent = _absent(document)
    if len(absent) < 3:
        return None
    options = rng.sample(absent, 3)
    right = NOTHING
    if named:
        right = TYPES[max(named, key=lambda defect: defect.severity).type]
        options[rng.randrange(3)] = right
    return _ASKED["type"], [*options, NOTHING], right


def _severity(rng: random.Random, document: Document) -> Asked | None:
    """How strong a defect is, or that there is none; not of one that is hardly there, or between two levels."""
    worst: dict[Names, float] = {}
    for defect in document.defects:
        if defect.type in TYPES:
            name = TYPES[defect.type]
            worst[name] = max(worst.get(name, 0.0), defect.severity)
    slight = [name for name, severity in worst.items() if SLIGHT <= severity <= OBVIOUS - UNSURE]
    obvious = [name for name, severity in worst.items() if severity >= OBVIOUS + UNSURE]
    found = [pair for pair in zip((_absent(document), slight, obvious), LEVELS, strict=True) if pair[0]]
    if not found:
        return None
    names, level = rng.choice(found)
    name = rng.choice(names)
    return (_ASKED["severity"][0].format(name[0]), _ASKED["severity"][1].format(name[1])), LEVELS, level


def _place(rng: random.Random, document: Document, named: Sequence[Defect]) -> Asked | None:
    """Only of a defect that the image has once, and three quarters of which, at least, lie in one quarter of it."""
    width, height = document.image.size
    found = []
    for defect in named:
        once = sum(other.type == defect.type for other in document.defects) == 1
        if defect.box is None or not once:
            continue
        x1, y1, x2, y2 = defect.box
        x, y = _right_half(x1 / width, x2 / width), _right_half(y1 / height, y2 / height)
        if max(x, 1 - x) * max(y, 1 - y) >= 0.75:
            found.append((defect, PLACES[(x > 0.5) + 2 * (y > 0.5)]))
    if not found:
        return None
    defect, place = rng.choice(found)
    name = TYPES[defect.type]
    return (_ASKED["place"][0].format(name[0]), _ASKED["place"][1].format(name[1])), PLACES, place


def _right_half(start: float, end: float) -> float:
    """The share of a stretch of 0..1 that lies beyond 0.5."""
    return min(1.0, max(0.0, (end - 0.5) / max(end - start, 1e-6)))
