r"""LaTeX of one formula to the glyphs it shows: a reader of the common part of LaTeX mathematics.

What looks the same comes out the same: `{a \over b}`, `\frac ab` and `\dfrac{a}{b}`; `x^2` and `x^{2}`; `f'` and
`f^\prime`; `\pmatrix{...}` and `\begin{pmatrix}`. Dropped, because no glyph depends on them: fonts and sizes
(`\rm`, `\mathbf{}`, `\text{}`: the argument stays), spacing, column alignment, rules of arrays, labels and equation
numbers, colours, `\big` and its kin. Symbols are those of latex2mathml's table (unimathsymbols).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from eval.metrics import layout
from eval.metrics.layout import Box

MAX_CHARACTERS = 5000
MAX_DEPTH = 30


def _words(names: str) -> list[str]:
    return names.split()


def _commands(names: str) -> frozenset[str]:
    return frozenset("\\" + name for name in names.split())


def _pairs(names: str, between: str) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition(between) for pair in names.split())}


_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\S", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_UNSEEN = re.compile(
    r"\\(?:hskip|vskip|kern|mkern|mskip)\s*-?[\d.]*\s*[a-z]{2}"
    r"|\\(?:label|tag|ref|eqref|cite|cline|cmidrule|color|hspace|vspace)\*?\s*\{[^{}]*\}"
)
_DROPPED = _commands(
    "rm bf it cal sl sf tt sc em mit boldmath unboldmath normalfont displaystyle textstyle scriptstyle "
    "scriptscriptstyle tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge nonumber notag limits "
    "nolimits displaylimits quad qquad enspace thinspace medspace thickspace negthinspace hfill hfil null relax strut "
    "big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm middle hline vline toprule "
    "midrule bottomrule smallskip medskip bigskip allowbreak nobreak noindent centering par protect , ; : ! > / -"
) | {"\\", "\\ ", "\\\n", "\\\t", "\\[", "\\]", "\\(", "\\)", "~", "$"}
_PHANTOMS = _commands("phantom hphantom vphantom")
_TRANSPARENT = _commands(
    "mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm pmb text textrm "
    "textbf textit textsf texttt textup textmd textnormal textsc emph mbox hbox vbox vcenter fbox boxed mathop mathrel "
    "mathbin mathord mathopen mathclose mathpunct mathinner smash ensuremath lefteqn"
)
_ACCENTS = _pairs(
    "hat:^ widehat:^ tilde:~ widetilde:~ bar:¯ vec:→ dot:. ddot:¨ dddot:⃛ ddddot:⃜ check:ˇ breve:˘ acute:´ "
    "grave:` mathring:˚ overline:¯ overrightarrow:→ overleftarrow:← overleftrightarrow:↔ overbrace:⏞ underbrace:⏟ "
    "underline:_ widecheck:ˇ underbar:_",
    ":",
)
_FUNCTIONS = _commands(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom ker lg ln log Pr sec sin sinh tan tanh"
)
_LIMITS = _commands("lim liminf limsup max min inf sup injlim projlim argmax argmin")
_ALIASES = _pairs(
    r"dfrac=\frac tfrac=\frac cfrac=\frac dbinom=\binom tbinom=\binom stackrel=\overset sp=^ sb=_ "
    r"cr=\\ newline=\\ tabularnewline=\\ Bar=\bar Vec=\vec Hat=\hat Tilde=\tilde Dot=\dot Ddot=\ddot lbrack=[ rbrack=] "
    r"lbrace=\{ rbrace=\} slash=/ colon=: lvert=| rvert=| lVert=\| rVert=\| gets=\leftarrow iff=\Leftrightarrow "
    r"ne=\neq le=\leq ge=\geq owns=\ni land=\wedge lor=\vee neg=\lnot implies=\Rightarrow "
    r"longrightarrow=\rightarrow longleftarrow=\leftarrow Longrightarrow=\Rightarrow Longleftarrow=\Leftarrow "
    r"longleftrightarrow=\leftrightarrow Longleftrightarrow=\Leftrightarrow longmapsto=\mapsto",
    "=",
)
_ALIASES = {"\\" + name: same for name, same in _ALIASES.items()}
# What the published matcher takes for the same (`norm_same_token`) or splits, and signs with several code points.
_SAME = {"\\{": "{", "\\}": "}", "\\|": "‖", "\\$": "$", "\\%": "%", "\\#": "#", "\\&": "&", "\\_": "_"}
_SAME |= {"\\prime": "'", "\\dots": "...", "\\dotsc": "...", "\\dotsb": "...", "\\dotsm": "...", "\\dotsi": "..."}
_SAME |= {
    "\\backslash": "∖",
    "\\dag": "†",
    "\\ddag": "‡",
    "\\bmod": "mod",
    "\\pmod": "mod",
    "\\mod": "mod",
    "\\hdots": "...",
}
_SAME |= {"\\triangle": "△", "\\bigtriangleup": "△", "\\lnot": "¬", "\\ss": "ß", "\\i": "i", "\\j": "j", "\\L": "Ł"}
_FOLD = str.maketrans(
    dict.fromkeys("·⋅˙∙", ".") | dict.fromkeys("∣❘", "|") | {"∥": "‖", "∗": "*", "⊤": "T", "∕": "/", "⋯": "..."}
    | {"−": "-", "′": "'", "’": "'", "⟂": "⊥", "〈": "⟨", "〉": "⟩", "⁎": "*", "⁄": "/", "⟶": "→", "⟵": "←"}
)  # fmt: skip
_PAIRS = {"pmatrix": "()", "bmatrix": "[]", "Bmatrix": "{}", "vmatrix": "||", "Vmatrix": "‖‖"}
_PAIRS |= {"cases": "{.", "dcases": "{.", "rcases": ".}"}
_TABLES = frozenset(
    _words(
        "array matrix smallmatrix tabular align aligned alignat alignedat eqnarray equation split gather gathered "
        "multline displaymath math substack"
    )
)
_WITH_COLUMNS = frozenset(["array", "tabular", "alignat", "alignedat"])
_STOPS = frozenset(["", "}", "\\right", "\\end", "&", "\\\\"])


@cache
def symbol(token: str) -> str:
    r"""The characters a token shows: "α" for `\alpha`, "..." for `\ldots`; fonts and letter variants are folded.

    Raises ValueError for an unknown command, ImportError where latex2mathml isn't installed.
    """
    text = _SAME.get(token, token)
    if text.startswith("\\"):
        if text in _FUNCTIONS or text in _LIMITS:
            return text[1:]
        try:
            from latex2mathml.symbols_parser import convert_symbol
        except ImportError as error:
            raise ImportError("formulas are laid out with latex2mathml's symbols: pip install 'hyocr[eval]'") from error
        code = convert_symbol(text)
        if not code:
            raise ValueError(f"LaTeX: unknown command {text[:40]}")
        text = "".join(chr(int(part, 16)) for part in code.split("-"))
    return "".join(unicodedata.normalize("NFKC", text.translate(_FOLD)).translate(_FOLD).split())


class Tokens:
    """A cursor over TeX tokens; beyond the last there is ""."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> str:
        """The next token."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        """The next token, which is then behind."""
        token = self.peek()
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        """Goes past this token. Raises ValueError if another comes next."""
        if (found := self.next()) != token:
            raise ValueError(f"LaTeX: expected {token or 'the end'}, found {found[:20] or 'the end'}")


class _Parser(Tokens):
    """Recursive descent over TeX tokens; each method consumes tokens and returns what they show."""

    def __init__(self, tokens: list[str]) -> None:
        super().__init__([_ALIASES.get(token, token) for token in tokens])
        self.depth = 0

    def table(self, end: str) -> Box:
        """Cells up to and with the token `end`; one cell stays as it is, several become an array."""
        rows = [[self.sequence()]]
        while self.peek() in ("&", "\\\\"):
            if self.next() == "\\\\":
                self.brackets()
                rows.append([])
            rows[-1].append(self.sequence())
        self.expect(end)
        rows = [line for line in rows if any(cell.glyphs for cell in line)] or [[Box()]]
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else layout.array(rows)

    def sequence(self) -> Box:
        r"""Items up to a token that ends a cell or group (left there); knows infix `a \over b`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"LaTeX: nested deeper than {MAX_DEPTH}")
        items: list[Box] = []
        infix, numerator = "", Box()
        while (token := self.peek()) not in _STOPS:
            if token in ("\\over", "\\atop", "\\choose"):
                if infix:
                    raise ValueError(f"LaTeX: ambiguous use of {token}")
                infix, numerator, items = self.next(), layout.row(items), []
            else:
                items.append(self.item())
        self.depth -= 1
        body = layout.row(items)
        if infix == "\\over":
            return layout.fraction(numerator, body)
        if infix:
            body = layout.array([[numerator], [body]])
        return layout.fenced("(", body, ")") if infix == "\\choose" else body

    def item(self) -> Box:
        """A nucleus with its scripts and primes."""
        nucleus = Box() if self.peek() in ("^", "_", "'") else self.nucleus()
        sub: Box | None = None
        sup: Box | None = None
        primes: list[Box] = []
        while (token := self.peek()) in ("^", "_", "'"):
            self.next()
            if token == "'":
                primes.append(layout.character("'"))
            elif (sup if token == "^" else sub) is not None:
                raise ValueError(f"LaTeX: double {token}")
            elif token == "^":
                sup = self.argument()
            else:
                sub = self.argument()
        if primes:
            sup = layout.row([*primes, sup] if sup else primes)
        return nucleus if sub is None and sup is None else layout.scripts(nucleus, sub, sup)

    def argument(self) -> Box:
        """What a command takes: a group, or one nucleus."""
        while self.peek() in _DROPPED:
            self.next()
        if self.peek() in _STOPS or self.peek() in ("^", "_"):
            raise ValueError("LaTeX: a command lacks its argument")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"LaTeX: nested deeper than {MAX_DEPTH}")
        found = self.nucleus()
        self.depth -= 1
        return found

    def brackets(self) -> list[str]:
        """The tokens of a short optional argument `[...]` (after a star), or none."""
        if self.peek() == "*":
            self.next()
        if self.peek() != "[" or "]" not in self.tokens[self.at : self.at + 40]:
            return []
        end = self.tokens.index("]", self.at)
        inside, self.at = self.tokens[self.at + 1 : end], end + 1
        return inside

    def name(self) -> str:
        r"""The letters in the braces after `\begin` or `\end`, without a star."""
        self.expect("{")
        letters = []
        while self.peek() not in ("}", ""):
            letters.append(self.next())
        self.expect("}")
        return "".join(letters).rstrip("*")

    def environment(self) -> Box:
        r"""What follows `\begin`, up to and with its `\end`."""
        name = self.name()
        if name not in _TABLES and name not in _PAIRS:
            raise ValueError(f"LaTeX: unknown environment {name[:20]}")
        self.brackets()
        if name in _WITH_COLUMNS:
            self.columns()
        body = self.table("\\end")
        if (closed := self.name()) != name:
            raise ValueError(f"LaTeX: environment {name} is closed as {closed[:20]}")
        return self.paired(name, body)

    def columns(self) -> None:
        """Skips the column specification of an array, one group or one token."""
        level = 0
        while (token := self.next()) not in ("",):
            level += (token == "{") - (token == "}")
            if level <= 0:
                return

    @staticmethod
    def paired(name: str, body: Box) -> Box:
        return layout.fenced(_PAIRS[name][0], body, _PAIRS[name][1]) if name in _PAIRS else body

    def delimiter(self) -> str:
        token = self.next()
        if token in _STOPS or token in ("{", "^", "_"):
            raise ValueError("LaTeX: a delimiter is missing")
        return "." if token == "." else {"<": "⟨", ">": "⟩"}.get(token, symbol(token))

    def nucleus(self) -> Box:
        """One token with its arguments, without scripts; an empty box where nothing of it is seen."""
        token = self.next()
        if token == "{":
            return self.table("}")
        if token in _DROPPED:
            return Box()
        if token in _PHANTOMS:
            self.argument()
            return Box()
        if token in _TRANSPARENT:
            self.brackets()
            return self.argument()
        if token == "\\left":
            left, body = self.delimiter(), self.sequence()
            self.expect("\\right")
            return layout.fenced(left, body, self.delimiter())
        return self.command(token)

    def command(self, token: str) -> Box:
        """A command by what it takes: an environment, an array, a root, arguments or nothing."""
        name = token[1:]
        if name in _ACCENTS:
            return layout.accent(_ACCENTS[name], self.argument(), len(name) > 5, name.startswith("under"))
        if token == "\\begin":
            return self.environment()
        if name in ("matrix", "pmatrix", "cases", "substack"):
            return self.paired(name, self.argument())
        if token == "\\frac":
            return layout.fraction(self.argument(), self.argument())
        if token == "\\binom":
            return layout.fenced("(", layout.array([[self.argument()], [self.argument()]]), ")")
        if token == "\\sqrt":
            degree = self.brackets()
            return layout.root(self.argument(), _Parser(degree).table("") if degree else None)
        if name in ("overset", "underset"):
            small, base = self.argument(), self.argument()
            return layout.stack(base, None, small) if name == "overset" else layout.stack(base, small, None)
        if name in ("xrightarrow", "xleftarrow"):
            below = self.brackets()
            arrow = layout.character("→" if name == "xrightarrow" else "←")
            return layout.stack(arrow, _Parser(below).table("") if below else None, self.argument())
        if token == "\\operatorname":
            limits = self.peek() == "*"
            self.brackets()
            return self.argument()._replace(limits=limits)
        if token == "\\multicolumn":
            self.argument()
            self.columns()
            return self.argument()
        if token == "\\not":
            return self.negated()
        box = layout.row([layout.character(character) for character in symbol(token)])
        return box._replace(limits=box.limits or token in _LIMITS)

    def negated(self) -> Box:
        r"""`\not` and what it strikes out: one character where Unicode has it."""
        while self.peek() in _DROPPED:
            self.next()
        if self.peek() in _STOPS:
            raise ValueError(r"LaTeX: \not lacks its argument")
        struck = symbol(self.next())
        text = unicodedata.normalize("NFKC", struck + "\u0338")
        return layout.row([layout.character(character) for character in text])


def glyphs(latex: str) -> tuple[layout.Glyph, ...]:
    r"""The visible glyphs of a formula, with or without `$` or `\[` around it, in reading order.

    Time is linear in the length times the nesting. Raises ValueError for what TeX would not set either (unknown
    commands and environments, unbalanced groups, missing arguments, double scripts) and for formulas over
    MAX_CHARACTERS or nested deeper than MAX_DEPTH.
    """
    if len(latex) > MAX_CHARACTERS:
        raise ValueError(f"LaTeX: longer than {MAX_CHARACTERS} characters")
    return _Parser(_TOKEN.findall(_UNSEEN.sub(" ", _COMMENT.sub("", latex)))).table("").glyphs
