"""Fonts by language and style: a family in up to four cuts, with fallbacks for the characters that it lacks."""

from __future__ import annotations

import functools
import itertools
import random
import re
import string
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from training.synth.fonts import FONT_FOLDERS, can_draw, families, held_out, load

STYLES = ("sans", "serif", "mono", "hand", "any")
# What a font of the language must draw itself, beside letters, digits and points for all but Chinese.
_LATIN = string.ascii_letters + string.digits + ".,:;!?-()"
_NEEDED = {
    "en": _LATIN,
    "de": _LATIN + "äöüßÄÖÜ",
    "fr": _LATIN + "àâçèéêëîïôùûœÀÇÈÉÊ",
    "es": _LATIN + "áéíóúüñÁÉÍÓÚÑ¿¡",
    "it": _LATIN + "àèéìòùÀÈ",
    "pt": _LATIN + "áâãàçéêíóôõúÁÃÇÉÕ",
    "nl": _LATIN + "áéèëïóöü",
    "pl": _LATIN + "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    # Frequent characters, those that Japanese and traditional Chinese fonts lack among them.
    "zh": "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得发后里" + "，。：；“”（）",
}
LANGUAGES = tuple(_NEEDED)
_NAMES = dict(
    zip(
        LANGUAGES,
        ("English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish", "Chinese"),
        strict=True,
    )
)

# One group of Chinese families in four; of those that install_fonts.sh installs it is LXGW WenKai.
_HELD_OUT_SHARE = 4
# Glyphs of other countries and bitmap variants of a collection whose Chinese fonts are used.
_UNWANTED = re.compile(r"\b(JP|KR|TC|HK|TW|Sharp)\b")
_HAND_SHARE = 15  # "any" is a hand once in so many times

_STYLE_NAMES = (
    ("hand", "hand|script|steve|delphine|breip|kristi|leckerli|ecolier|havana|lobster|comic|z003"),
    ("mono", "mono|typewriter|courier"),
    ("sans", "sans"),
    (
        "serif",
        "serif|roman|libertine|garamond|book|slab|stix|times|tinos|termes|pagella|bonum|schola|c059|p052|caladea|charis|"
        "gentium|vollkorn|cardo|junicode|prociono|arapey|berenis|tribun|old standard|isabella|dyslexicserif|"
        "ar pl|song|ming|kai",
    ),
)
_WEIGHTS = (
    ("thin", "thin|hairline|extralight|ultralight"),
    ("heavy", "black|heavy|extrabold|ultrabold"),
    ("demi", "semibold|demi"),
    ("bold", "bold"),
    ("medium", "medium"),
    ("light", "light"),
)
_REGULAR = ("plain", "medium", "light", "demi", "bold", "heavy", "thin")  # the first that a family has
_BOLD = ("bold", "demi", "heavy")
# The first family of each line that is installed draws what another lacks; the Chinese ones only in Chinese faces.
_BROAD = {
    "sans": (("DejaVu Sans", "FreeSans"), ("Noto Sans CJK SC", "LXGW WenKai")),
    "serif": (("DejaVu Serif", "FreeSerif"), ("Noto Serif CJK SC", "LXGW WenKai")),
    "mono": (("DejaVu Sans Mono", "FreeMono"), ("Noto Sans Mono CJK SC", "LXGW WenKai Mono")),
}

_Cuts = tuple[str, str, str, str]  # files: regular, bold, italic, bold and italic


class _Drawn(dict[str, str | None]):
    """Which of some files draws a character, the first that can, or None; each is looked up once."""

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__()
        self.files = files

    def __missing__(self, character: str) -> str | None:
        if character.isspace():
            found: str | None = self.files[0]
        else:
            found = next((file for file in self.files if can_draw(file, character)), None)
        self[character] = found
        return found


_drawn = functools.lru_cache(maxsize=4096)(_Drawn)


@dataclass(frozen=True)
class Face:
    """A family in up to four cuts plus fallbacks: of each, the files are tried in order for each character.

    A file is a path for `fonts.load`. Where the family has no such cut, `bold_files` or `italic_files` equal `files`.
    """

    family: str
    files: tuple[str, ...]
    bold_files: tuple[str, ...]
    italic_files: tuple[str, ...]
    bold_italic_files: tuple[str, ...]

    @property
    def bold(self) -> Face:
        """The same family in bold; its `italic` is bold and italic."""
        return Face(self.family, self.bold_files, self.bold_files, self.bold_italic_files, self.bold_italic_files)

    @property
    def italic(self) -> Face:
        """The same family in italics; its `bold` is bold and italic."""
        return Face(self.family, self.italic_files, self.bold_italic_files, self.italic_files, self.bold_italic_files)

    def file_for(self, character: str) -> str | None:
        """The first file with a glyph for the character, None if none has; white space is of the first file."""
        return _drawn(self.files)[character]

    def can_draw(self, text: str) -> bool:
        """Whether every character has a glyph or is white space."""
        return all(map(_drawn(self.files).__getitem__, text))

    def clean(self, text: str) -> str:
        """The text without characters that cannot be drawn, white space made single and stripped."""
        if not self.can_draw(text):
            drawn = _drawn(self.files)
            text = "".join(character for character in text if drawn[character])
        return " ".join(text.split())

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text in pieces (file, piece), neighbours of one file together; white space joins the piece before it.

        Raises ValueError for a character that no file can draw.
        """
        drawn = _drawn(self.files)
        runs: list[tuple[str, str]] = []
        for character in text:
            file = drawn[character]
            if file is None:
                raise ValueError(f"{self.family} cannot draw {character!r}: pass the text through clean() first")
            if runs and (character.isspace() or file == runs[-1][0]):
                runs[-1] = (runs[-1][0], runs[-1][1] + character)
            else:
                runs.append((file, character))
        return runs


def chinese_families(testing: bool, folders: tuple[Path, ...] = FONT_FOLDERS) -> dict[str, list[str]]:
    """Files of Simplified Chinese fonts by family, for training or held out for testing; empty if there are none.

    What `fonts.families` is for Latin: families that begin alike ("AR PL UMing CN" and "AR PL SungtiL GB", which share
    glyphs) are on one side, fixed by the hash of that beginning. The files may be members of collections ("a.ttc#2").
    """
    found: dict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.rglob("*.[to]t[cf]")):
            for file, family in _members(path):
                if _UNWANTED.search(family) or held_out(family[:4].lower(), _HELD_OUT_SHARE) != testing:
                    continue
                if all(can_draw(file, character) for character in _NEEDED["zh"]):
                    found[family].append(file)
    return dict(found)


def _members(path: Path) -> list[tuple[str, str]]:
    """(file, family) of each font of a collection, or of the one font; none if the file is no font."""
    collection = path.suffix == ".ttc"
    members: list[tuple[str, str]] = []
    for index in itertools.count() if collection else range(1):
        file = f"{path}#{index}" if collection else str(path)
        try:
            members.append((file, load(file, 24).getname()[0] or path.stem))
        except OSError:
            break
    return members


def _cut_name(file: str) -> str:
    # Some fonts call every cut "Regular" or "Light": the file's name tells more.
    return f"{load(file, 24).getname()[1] or ''} {Path(file).stem}".lower()


def _weight(file: str) -> str:
    name = re.sub(r"[\s_-]", "", _cut_name(file))
    return next((weight for weight, pattern in _WEIGHTS if re.search(pattern, name)), "plain")


def _slanted(file: str) -> bool:
    return bool(re.search(r"italic|oblique|slanted", _cut_name(file)))


def _odd(file: str) -> bool:
    return bool(re.search(r"cond|narrow|expand|\bext(?!ra)|wide|outline|invert|sharp|display", _cut_name(file)))


def _cuts(files: list[str]) -> _Cuts:
    """The four cuts of a family; those it lacks are its regular cut (bold italics: its bold or its italic one)."""

    def best(slanted: bool, weights: tuple[str, ...], odd: tuple[bool, ...]) -> str | None:
        fitting = [f for f in files if _slanted(f) == slanted and _weight(f) in weights and _odd(f) in odd]
        return min(fitting, key=lambda file: (_odd(file), weights.index(_weight(file))), default=None)

    any_width = (False, True)
    regular = best(False, _REGULAR, any_width) or best(True, _REGULAR, any_width) or files[0]
    width = (_odd(regular),)
    bold = best(_slanted(regular), _BOLD, width) or regular
    italic = best(True, _REGULAR[:3], width) or regular
    bold_italic = best(True, _BOLD, width) or (bold if bold != regular else italic)
    return regular, bold, italic, bold_italic


def _style(family: str, fixed_pitch: bool) -> str:
    for style, pattern in _STYLE_NAMES[:2]:
        if re.search(pattern, family, re.IGNORECASE):
            return style
    if fixed_pitch:
        return "mono"
    return next((style for style, pattern in _STYLE_NAMES[2:] if re.search(pattern, family, re.IGNORECASE)), "sans")


def _fixed_pitch(file: str) -> bool:
    font = load(file, 100)
    return font.getlength("i") == font.getlength("M")


class Faces:
    """The installed faces of every language, either those for training or those held out for testing."""

    def __init__(self, testing: bool, folders: tuple[Path, ...] = FONT_FOLDERS) -> None:
        """Raises FileNotFoundError if the folders hold no Latin font of that side."""
        latin = {family: _cuts(files) for family, files in families(testing, folders).items()}
        chinese = {family: _cuts(files) for family, files in chinese_families(testing, folders).items()}
        self._faces: dict[tuple[str, str], list[Face]] = defaultdict(list)
        for family, cuts in sorted(latin.items()):
            style = _style(family, _fixed_pitch(cuts[0]))
            face = _face(family, cuts, _fallbacks(style, [latin]))
            for language in LANGUAGES:
                if language != "zh" and all(can_draw(cuts[0], character) for character in _NEEDED[language]):
                    self._faces[language, style].append(face)
        for family, cuts in sorted(chinese.items()):
            # Chinese fonts of every style have Latin letters of fixed pitch.
            style = _style(family, fixed_pitch=False)
            self._faces["zh", style].append(_face(family, cuts, _fallbacks(style, [latin, chinese])))

    def pick(self, rng: random.Random, language: str = "en", style: str = "any") -> Face:
        """A face of the language and style, every family as likely; "any" is a hand one time in fifteen.

        A style that the language has no font of is "any". Raises LookupError if no font draws the language.
        """
        if language not in LANGUAGES or style not in STYLES:
            raise ValueError(f"no language {language!r} or no style {style!r}: have {LANGUAGES} and {STYLES}")
        hands = self._faces.get((language, "hand"), [])
        others = [face for name in STYLES if name != "hand" for face in self._faces.get((language, name), [])]
        if not hands and not others:
            raise LookupError(
                f"no installed font draws {_NAMES[language]} ({language}): run training/install_fonts.sh, "
                "or add a font of that language to the folder"
            )
        asked = self._faces.get((language, style))
        if asked:
            return rng.choice(asked)
        return rng.choice(hands if hands and (not others or rng.random() * _HAND_SHARE < 1) else others)


def _fallbacks(style: str, installed: list[dict[str, _Cuts]]) -> list[_Cuts]:
    """A broad family of the like style out of each of the Latin and (for Chinese faces) the Chinese families."""
    broad = _BROAD.get(style, _BROAD["sans"])[: len(installed)]
    found = [[have[name] for name in names if name in have] for names, have in zip(broad, installed, strict=True)]
    return [cuts[0] for cuts in found if cuts]


def _face(family: str, cuts: _Cuts, fallbacks: list[_Cuts]) -> Face:
    def files(cut: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys((cuts[cut], cuts[0], *(other[cut] for other in fallbacks))))

    return Face(family, files(0), files(1), files(2), files(3))
