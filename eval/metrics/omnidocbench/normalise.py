"""How OmniDocBench prepares text and tables before it compares them (versions 1.0 and 1.5 alike).

* Text: inline formulas become Unicode, then everything but letters, digits and underscores is dropped.
* Tables: HTML down to `table`, `tr` and `td` with their spans: `th` is a `td`, sections and inline markup go, white
  space is collapsed, and Unicode is brought to NFKC.

The published code turns formulas into Unicode with pylatexenc. Only letters and digits survive the next step, so
`latex_text` here knows commands that write letters (Greek, alphabets, accents, function names) and drops the others;
like there, `\\varSigma` and other commands unknown to pylatexenc write nothing. Formulas are in `formula_edit.py`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from eval.metrics.omnidocbench.scan import Delimiters, delimited, without
from eval.metrics.text import normalized

INLINE = (Delimiters("$", "$"), Delimiters("\\(", "\\)"))
_ESCAPED = re.compile(r"\\[\\_&%^]")
_TOKEN = re.compile(r"\\[a-zA-Z]+\*?|\\.|.", re.DOTALL)
_COLUMNS = re.compile(r"\\begin\{(?:array|tabular)\*?\}\s*\{[^{}]*\}")
_OPTIONS = re.compile(r"(\\(?:sqrt|xrightarrow|xleftarrow))\s*\[[^\[\]]*\]")
_ALPHABETS = {
    "\\mathbf": "BOLD", "\\mathit": "ITALIC", "\\mathbb": "DOUBLE-STRUCK", "\\mathcal": "SCRIPT",
    "\\mathscr": "SCRIPT", "\\mathfrak": "FRAKTUR", "\\mathsf": "SANS-SERIF", "\\mathtt": "MONOSPACE",
}  # fmt: skip
_ACCENTS = {
    "\\hat": "\u0302", "\\tilde": "\u0303", "\\dot": "\u0307", "\\ddot": "\u0308", "\\acute": "\u0301",
    "\\grave": "\u0300", "\\check": "\u030c", "\\breve": "\u0306",
}  # fmt: skip
_WITHOUT_ARGUMENT = {"\\hspace", "\\vspace", "\\label", "\\color", "\\textcolor", "\\begin", "\\end"}
_FUNCTIONS = {
    *("arccos", "arcsin", "arctan", "arccosh", "arcsinh", "arctanh", "cos", "sin", "tan", "cosh", "sinh", "tanh"),
    *("ln", "log", "exp", "max", "min", "sup", "inf", "lim", "limsup", "liminf"),
}
_LETTERS = {
    "epsilon": "ϵ", "varepsilon": "ε", "phi": "ϕ", "varphi": "φ", "vartheta": "ϑ", "varpi": "ϖ", "varrho": "ϱ",
    "varsigma": "ς", "varkappa": "ϰ", "digamma": "ϝ", "hbar": "ħ", "hslash": "ℏ", "ell": "ℓ", "aleph": "ℵ", "beth": "ℶ",
    "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "ss": "ß", "l": "ł",
    "L": "Ł", "i": "ı", "j": "ȷ",
}  # fmt: skip
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"),
    *("xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
# Linear: what a run could give back to the next one it keeps.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>\"']++|\"[^\"<>]*+\"|'[^'<>]*+')*)>")
_NO_CHARACTER = re.compile(r"&#[0-9]{20,};?")  # html.unescape refuses numbers of thousands of digits
_SPAN = re.compile(r"\b(colspan|rowspan)\s*=\s*[\"']?(\d+)", re.IGNORECASE)
_KEPT_TAGS = {"table", "tr", "td", "br"}


class _Style(NamedTuple):
    """What happens to a letter where it stands: in which alphabet, under which accent, or nowhere."""

    alphabet: str = ""
    accent: str = ""
    dropped: bool = False


def text(block: str) -> str:
    """A text block as it is compared: letters, digits and underscores."""
    kept, position = [], 0
    for stretch in delimited(block, INLINE, within_line=True):
        formula = _ESCAPED.sub("", stretch.body)
        if any(sign in formula for sign in "\\^_"):
            kept += [block[position : stretch.start], latex_text(formula).strip()]
            position = stretch.end
    return letters("".join(kept) + block[position:])


def letters(block: str) -> str:
    """Only what regular expressions call word characters; written-out tab and newline escapes go first."""
    for escape in ("\\t", "\\n", "\t", "\n", "/t", "/n"):
        block = block.replace(escape, "")
    return re.sub(r"\W", "", block)


def latex_text(latex: str) -> str:
    """The letters and digits a formula shows, in Unicode; other signs as they stand, unknown commands dropped."""
    latex = _OPTIONS.sub(r"\1", _COLUMNS.sub("", latex))
    shown: list[str] = []
    groups, waiting = [_Style()], None  # styles of the open groups; the style of the argument that comes next
    comment = False
    for token in _TOKEN.findall(latex):
        now: _Style = waiting or groups[-1]
        name = token[1:].removesuffix("*")
        comment = token != "\n" and (comment or token == "%")
        if comment or (waiting and token.isspace()):
            continue
        if token in _ALPHABETS:
            waiting = now._replace(alphabet=_ALPHABETS[token])
        elif token in _ACCENTS:
            waiting = now._replace(accent=_ACCENTS[token])
        elif token in _WITHOUT_ARGUMENT:
            waiting = now._replace(dropped=True)
        elif token == "{":
            groups.append(now)
            waiting = None
        elif token == "}":
            if len(groups) > 1:
                groups.pop()
            waiting = None
        else:
            sign = (_letter(name) if name.isalpha() else name) if token[0] == "\\" and name else token
            if sign and not now.dropped:
                shown += [_styled(char, now.alphabet) + now.accent for char in sign]
            waiting = waiting if token[0] == "\\" and not sign else None
    return normalized("NFC", "".join(shown))


def table(markup: str) -> str:
    """An HTML table as TEDS compares it, a whole little page; "" if there is no table in `markup`."""
    markup = without(markup, Delimiters("<colgroup>", "</colgroup>"))
    markup = _NO_CHARACTER.sub("\ufffd", _TAG.sub(_plain_tag, markup))
    markup = normalized("NFKC", html.unescape(markup).replace("\n", ""))
    start, end = markup.find("<table>"), markup.rfind("</table>")
    if start < 0 or end < start:
        return ""
    inner = re.sub(r"\s+", " ", markup[start + len("<table>") : end])
    return f"<html><body><table>{inner}</table></body></html>"


def _plain_tag(tag: re.Match[str]) -> str:
    closing, name, attributes = tag[1], tag[2].lower(), tag[3]
    if name == "th":
        name = "td"
    if name not in _KEPT_TAGS:
        # Markup the published list does not unwrap (b, i, a...) counts as a token of its cell, so it stays.
        return "" if name in {"thead", "tbody", "span", "sup", "sub", "div", "p"} else f"<{closing}{name}>"
    spans = "".join(f' {key.lower()}="{value}"' for key, value in _SPAN.findall(attributes)) if name == "td" else ""
    return f"<{closing}{name}{spans}>"


@lru_cache(maxsize=4096)
def _styled(char: str, alphabet: str) -> str:
    """An ASCII letter in one of Unicode's mathematical alphabets; any other sign as it is."""
    if not alphabet or not (char.isascii() and char.isalpha()):
        return char
    case = "SMALL" if char.islower() else "CAPITAL"
    # The letters that were in Unicode before the alphabets have names of their own.
    short = "BLACK-LETTER" if alphabet == "FRAKTUR" else alphabet
    for name in (f"MATHEMATICAL {alphabet} {case} {char}", f"{short} {case} {char}", "PLANCK CONSTANT"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return char


@lru_cache(maxsize=4096)
def _letter(command: str) -> str:
    """The letters a command without its backslash writes; "" for all others."""
    if command in _FUNCTIONS:
        return command
    if command in _LETTERS:
        return _LETTERS[command]
    if command.lower() in _GREEK and command[1:].islower():
        case = "CAPITAL" if command[0].isupper() else "SMALL"
        return unicodedata.lookup(f"GREEK {case} LETTER {command.replace('ambda', 'amda').upper()}")
    return ""
