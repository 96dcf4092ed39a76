r"""LaTeX of one formula -> the pieces that `formula.boxes` sets: strings that matplotlib's mathtext can set, and nodes.

Everything that mathtext would drop, mistake or draw as something else is rewritten to an equivalent that looks the
same, or refused: fonts are put on each letter (a calligraphic "2" is another sign in Computer Modern), fractions get
the style of their place, and what mathtext lacks (environments, braces, stretched arrows) becomes a node.
"""

from __future__ import annotations

import re

from eval.metrics.latex import Tokens
from training.synth.formula import names
from training.synth.formula.nodes import (
    Decorated,
    Fence,
    Fraction,
    Node,
    Root,
    Row,
    Scripts,
    as_table,
    group,
    plain,
)

MAX_CHARACTERS = 1500
MAX_DEPTH = 24

_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\S", re.DOTALL)
_LENGTH = re.compile(
    r"\s*(-?)\s*[\d.]*\s*(?:pt|em|ex|mm|cm|mu|in|pc|sp|bp)(?![a-zA-Z])\s*(?:(?:plus|minus)\s*[\d.]+\w\w\s*)*"
)
_TEXT = re.compile(r"[A-Za-z0-9 .,:;!?()\[\]+/='*&@-]*")
_STOPS = frozenset(["", "}", "\\right", "\\middle", "\\end", "&", "\\\\", "\\cr"])


class _Parser(Tokens):
    """Recursive descent; every method consumes tokens and returns what they show."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        found = list(_TOKEN.finditer(latex))
        super().__init__([names.ALIASES.get(match[0], match[0]) for match in found])
        self.starts = [match.start() for match in found] + [len(latex)]
        self.depth, self.font, self.display = 0, "", False

    def raw(self) -> str:
        """The source between the braces that follow."""
        self.expect("{")
        start, level = self.starts[self.at], 1
        while level:
            token = self.next()
            level += (token == "{") - (token == "}")
            if not token:
                raise ValueError("LaTeX: a brace is not closed")
        return self.latex[start : self.starts[self.at - 1]]

    def scoped(self, stop: str, display: bool) -> Row:
        """A sequence with fonts of its own, up to and with the token `stop`."""
        kept = self.font, self.display
        self.display = display
        row = self.sequence()
        self.font, self.display = kept
        if stop:
            self.expect(stop)
        return row

    def argument(self, display: bool = False) -> Row:
        """What a command takes: a group, or one nucleus."""
        if self.peek() in _STOPS or self.peek() in ("^", "_"):
            raise ValueError("LaTeX: a command lacks its argument")
        self.enter()
        if self.peek() == "{":
            self.next()
            row = self.scoped("}", display)
        else:
            row = self.nucleus()
        self.depth -= 1
        return row

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError(f"LaTeX: nested deeper than {MAX_DEPTH}")

    def sequence(self) -> Row:
        r"""Items up to a token that ends a cell or group (left there); knows infix `a \over b`."""
        self.enter()
        row: list[Node] = []
        infix = ""
        top: Row = ()
        while (token := self.peek()) not in _STOPS:
            if token in names.INFIX:
                if infix:
                    raise ValueError(f"LaTeX: ambiguous use of {token}")
                infix, top, row = self.next(), tuple(row), []
            else:
                row.extend(self.item())
        self.depth -= 1
        if not infix:
            return tuple(row)
        return (Fraction(top, tuple(row), names.INFIX[infix], not self.display),)

    def item(self) -> Row:
        """A nucleus with its scripts and primes."""
        token = self.peek()
        if token in names.SPACES:
            return (names.SPACES[self.next()],)
        if token in names.SKIPS:
            return self.skip(self.next())
        if token in names.DROPPED or token in names.SWITCHES or token in names.STYLES:
            return self.nucleus()
        start = self.at
        nucleus = ("{}",) if token in ("^", "_", "'") else self.nucleus()
        native = token in names.NATIVE_LIMITS
        limits = native or token in names.OTHER_LIMITS or self.tokens[start : start + 2] == ["\\operatorname", "*"]
        limits = limits and (self.display or token in names.ALWAYS_LIMITS)
        while self.peek() in ("\\limits", "\\nolimits", "\\displaylimits"):
            limits = {"\\limits": True, "\\nolimits": False}.get(self.next(), limits)
        below, above = self.scripts()
        if not below and not above:
            return nucleus
        return (Scripts(nucleus, below, above, limits, native),)

    def scripts(self) -> tuple[Row, Row]:
        below: Row = ()
        above: Row = ()
        primes = 0
        seen = ""
        while (token := self.peek()) in ("^", "_", "'"):
            self.next()
            if token == "'":
                primes += 1
                continue
            if token in seen:
                raise ValueError(f"LaTeX: double {token}")
            seen += token
            while self.peek() in names.DROPPED:
                self.next()
            kept, self.display = self.display, False
            if token == "^":
                above = self.argument()
            else:
                below = self.argument()
            self.display = kept
        return below, ("\\prime ",) * primes + above

    def skip(self, token: str) -> Row:
        """A horizontal or vertical distance: only that there is one matters."""
        if self.peek() == "*":
            self.next()
        if self.peek() == "{":
            sign = self.raw().strip()[:1]
        else:
            match = _LENGTH.match(self.latex, self.starts[self.at])
            if not match:
                raise ValueError(f"LaTeX: {token} lacks its length")
            sign = match[1]
            while self.at < len(self.tokens) and self.starts[self.at] < match.end():
                self.at += 1
        if sign == "-":
            raise ValueError("LaTeX: a negative distance may lay signs over each other")
        return () if token in ("\\vspace", "\\vskip") else ("\\quad ",)

    def nucleus(self) -> Row:
        """One token with its arguments, without scripts."""
        token = self.next()
        if token == "{":
            self.enter()
            row = group(self.table("}", self.display))
            self.depth -= 1
            return row
        if token in names.DROPPED:
            return ()
        if token in names.SPACES:
            return (names.SPACES[token],)
        if token in names.SWITCHES:
            self.font = names.SWITCHES[token]
            return ()
        if token in names.STYLES:
            self.display = names.STYLES[token]
            return ()
        if token in names.FONTS:
            kept, self.font = self.font, names.FONTS[token]
            row = group(self.argument(self.display))
            self.font = kept
            return row
        if token in names.TEXTS:
            return self.text(names.TEXTS[token])
        if token in names.SAME:
            return names.SAME[token]
        if token in names.BIG:
            return self.big(names.BIG[token])
        return self.command(token) if token.startswith("\\") else self.character(token)

    def character(self, token: str) -> Row:
        if token.isascii() and token.isalnum():
            if self.font in names.CAPITALS_ONLY and not ("A" <= token <= "Z"):
                raise ValueError(f"LaTeX: no {token} in this font")
            if self.font == "frak" and token.isdigit():
                raise ValueError(f"LaTeX: no {token} in this font")
            font = "bf" if self.font == "bfit" and token.isdigit() else self.font
            if font == "bb":  # in mathtext's usual italic they would be slanted
                return (f"\\mathrm{{\\mathbb{{{token}}}}}",)
            return (f"\\math{font}{{{token}}}" if font else token,)
        if token not in "+-*/<>=:,.;!?@()[]|":
            raise ValueError(f"LaTeX: cannot draw {token}")
        return (token,)

    def text(self, font: str) -> Row:
        """Words; mathematics between dollars in them."""
        if self.peek() != "{":
            raise ValueError("LaTeX: a text command needs braces")
        row: list[Node] = []
        for index, part in enumerate(re.sub(r"\s+|~", " ", self.raw()).split("$")):
            if index % 2:
                row.extend(_parse(part, self.depth + 2))
            elif not _TEXT.fullmatch(part):
                raise ValueError("LaTeX: a text has signs that this module does not draw")
            elif font == "rm":
                row.extend([f"\\text{{{part}}}"] * bool(part))
            else:
                row.extend(self.words(part, font))
        return tuple(row)

    @staticmethod
    def words(text: str, font: str) -> list[Node]:
        """mathtext's \text is upright only; in mathematics a hyphen would become a minus."""
        if not re.fullmatch(r"[A-Za-z0-9 .,:;!?()]*", text):
            raise ValueError("LaTeX: a text has signs that this module does not draw")
        spaced = re.sub(r"[A-Za-z0-9]+", lambda match: f"\\math{font}{{{match[0]}}}", text)
        return [spaced.replace(" ", "\\ ")]

    def delimiter(self) -> str:
        token = self.next()
        if token not in names.DELIMITERS:
            raise ValueError(f"LaTeX: {token[:20] or 'nothing'} is no delimiter")
        return names.DELIMITERS[token]

    def big(self, strut: str) -> Row:
        mark = self.delimiter()
        return () if mark == "." else (f"{{\\left{mark} \\rlap{{\\phantom{{{strut}}}}}\\right.}}",)

    def fenced(self) -> Row:
        r"""What follows `\left`, with its `\middle`s, up to and with the `\right` delimiter."""
        marks, bodies = [self.delimiter()], []
        while True:
            bodies.append(self.scoped("", self.display))
            last = self.next()
            if last not in ("\\middle", "\\right"):
                raise ValueError("LaTeX: \\left lacks its \\right")
            marks.append(self.delimiter())
            if last == "\\right":
                break
        if len(bodies) == 1:
            return (Fence(marks[0], bodies[0], marks[1]),)
        sources = [plain(body) for body in bodies]
        if any(source is None for source in sources):
            raise ValueError("LaTeX: \\middle beside a matrix is not supported")
        source = f"{{\\left{marks[0]} "
        for body, mark in zip(sources, marks[1:-1], strict=False):
            source += f"{body or '{}'}\\middle{mark} "
        return (source + f"{sources[-1] or '{}'}\\right{marks[-1]} }}",)

    def command(self, token: str) -> Row:
        """A command by what it takes: an environment, arguments or nothing."""
        name = token[1:]
        if token == "\\left":
            return self.fenced()
        if token == "\\begin":
            return self.environment(self.raw())
        if name in names.OLD_TABLES:
            self.expect("{")
            return self.paired(name, self.table("}", False, name))
        if name in names.ACCENTS:
            return self.accent(name)
        if name in names.FRACTIONS:
            delimiters, forced = names.FRACTIONS[name]
            small = not self.display if forced is None else not forced
            inner = name == "cfrac"
            return (Fraction(self.argument(inner), self.argument(inner), delimiters, small),)
        if name in names.DECORATIONS:
            return (Decorated(name, self.argument(self.display)),)
        if name in ("overset", "underset", "stackrel"):
            note, base = self.argument(), self.argument(self.display)
            under = name == "underset"
            return (Scripts(base, note if under else (), () if under else note, True),)
        if name in ("xrightarrow", "xleftarrow"):
            below = self.optional()
            body = self.argument()
            return (Scripts((Decorated(name, body + below),), below, body, True),)
        handler = {"sqrt": self.root, "operatorname": self.operator, "pmod": self.modulus, "not": self.negated}
        if name in handler:
            return handler[name]()
        if name == "substack":
            self.expect("{")
            return self.table("}", False, name)
        return self.named(name)

    def named(self, name: str) -> Row:
        """A symbol or function that mathtext knows (it refuses the others)."""
        if name in names.REFUSED or not name.isalpha() or (len(name) == 1):
            raise ValueError(f"LaTeX: cannot draw \\{name}")
        if self.font == "bfit" and name in names.SMALL_GREEK:
            return (f"\\boldsymbol{{\\{name} }}",)
        return (f"\\{name} ",)

    def optional(self) -> Row:
        """What stands in `[...]`, or nothing."""
        if self.peek() != "[":
            return ()
        end = self.tokens.index("]", self.at) if "]" in self.tokens[self.at :] else 0
        if not end:
            raise ValueError("LaTeX: a bracket is not closed")
        inside = self.latex[self.starts[self.at + 1] : self.starts[end]]
        self.at = end + 1
        return _parse(inside, self.depth + 1)

    def root(self) -> Row:
        return (Root(self.optional(), self.argument()),)

    def operator(self) -> Row:
        if self.peek() == "*":
            self.next()
        name = re.sub(r"\\[,;:! ]|~|\s|\\(?:rm|mathrm)\b", " ", self.raw().replace("{", " ").replace("}", " ")).split()
        if not name or not all(part.isascii() and part.isalnum() for part in name):
            raise ValueError("LaTeX: an operator's name has signs that this module does not draw")
        return ("\\operatorname{" + "\\,".join(name) + "}",)

    def modulus(self) -> Row:
        return ("\\quad (\\mathrm{mod}\\ ", *self.argument(), ")")

    def negated(self) -> Row:
        token = self.next()
        if token not in names.NEGATED:
            raise ValueError(f"LaTeX: cannot strike out {token[:20]}")
        return ("\\" + names.NEGATED[token] + " ",)

    def accent(self, name: str) -> Row:
        body = plain(self.argument(self.display))
        if not body:
            raise ValueError(f"LaTeX: \\{name} over this is not supported")
        return (f"\\{name}{{{body}}}",)

    def environment(self, name: str) -> Row:
        r"""What follows `\begin{name}`, up to and with its `\end`."""
        name = name.rstrip("*")
        if name not in names.TABLES and name not in names.PAIRS:
            raise ValueError(f"LaTeX: unknown environment {name[:20]}")
        if name in ("array", "aligned", "gathered", "matrix", "split") and self.peek() == "[":
            self.optional()
        columns = self.raw() if name in ("array", "alignedat", "alignat") else ""
        row = self.table("\\end", name in names.DISPLAYED or name == "dcases", name, columns if name == "array" else "")
        if (closed := self.raw().rstrip("*")) != name:
            raise ValueError(f"LaTeX: environment {name} is closed as {closed[:20]}")
        return self.paired(name, row)

    @staticmethod
    def paired(name: str, row: Row) -> Row:
        return (Fence(names.PAIRS[name][0], row, names.PAIRS[name][1]),) if name in names.PAIRS else row

    def table(self, stop: str, display: bool, name: str = "", columns: str = "") -> Row:
        """Cells up to and with the token `stop`; one cell stays as it is, unless an environment's name is given."""
        rows: list[list[Row]] = [[]]
        rules: list[int] = []
        while True:
            while self.peek() == "\\hline":
                self.next()
                rules.append(len(rows) - 1)
            rows[-1].append(self.scoped("", display))
            if (token := self.next()) in ("\\\\", "\\cr"):
                if self.peek() == "[" and _LENGTH.match(self.latex, self.starts[self.at] + 1):
                    self.raw_bracket()
                rows.append([])
            elif token != "&":
                break
        if token != stop:
            raise ValueError(f"LaTeX: expected {stop or 'the end'}, found {token[:20] or 'the end'}")
        if len(rows) > 1 and not any(rows[-1]):
            rows.pop()
        if len(rows) == len(rows[0]) == 1 and not rules and (not name or name in names.DISPLAYED):
            return rows[0][0]
        return (as_table(rows, rules, name, columns),)

    def raw_bracket(self) -> None:
        while self.next() not in ("]", ""):
            pass


def _parse(latex: str, depth: int) -> Row:
    parser = _Parser(latex)
    parser.depth = depth
    return parser.table("", False)


def parse(latex: str) -> Row:
    r"""What a formula shows, without `$` around it; text style unless it begins with `\displaystyle`.

    Raises ValueError with one sentence for what is not LaTeX, is not known, or is longer or deeper than the limits.
    """
    if len(latex) > MAX_CHARACTERS:
        raise ValueError(f"LaTeX: longer than {MAX_CHARACTERS} characters")
    if not latex.isascii():
        raise ValueError("LaTeX: only ASCII is drawn")
    if re.search(r"(?<!\\)%", latex):
        raise ValueError("LaTeX: a comment hides part of the formula")
    latex = re.sub(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![a-zA-Z])", " ", latex)
    if re.search(r"(?<!\\)\$", re.sub(r"\\(?:text\w*|[hm]box)\s*\{[^{}]*\}", "", latex)):
        raise ValueError("LaTeX: give the formula without dollars around it")
    return _parse(latex, 0)
