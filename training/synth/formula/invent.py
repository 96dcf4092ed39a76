r"""Invented formulas in LaTeX: plausible ones from templates of mathematics, and random ones that no reader can guess.

Everything is within what formula_ink draws.
"""

from __future__ import annotations

import random
from collections.abc import Callable


def _words(names: str) -> list[str]:
    return names.split()


_GREEK = _words(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi varphi "
    "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_RELATIONS = _words(
    "= = = = < > \\le \\ge \\leq \\geq \\neq \\equiv \\approx \\sim \\simeq \\propto \\ll \\gg \\in \\notin \\subset "
    "\\subseteq \\supseteq \\to \\mapsto \\Rightarrow \\iff \\perp \\mid \\cong \\prec \\preceq"
)
_OPERATORS = _words("+ + + - - - \\cdot \\times \\pm \\oplus \\otimes \\cup \\cap \\setminus \\wedge \\vee \\circ / *")
_FUNCTIONS = _words("sin cos tan log ln exp max min gcd det dim ker arg sinh cosh tanh arcsin arctan")
_NAMES = _words("rank lcm Tr sgn diag span softmax Var Cov adj erf dist supp lowbit")
_ACCENTS = _words("hat bar tilde vec dot ddot widehat widetilde overline underline")
_MATRICES = ("matrix", "pmatrix", "bmatrix", "vmatrix", "Bmatrix")
_WORDS = _words("if otherwise and or where for all even odd for some such that")
_SETS = _words("\\mathbb{R} \\mathbb{N} \\mathbb{Z} \\mathbb{C} \\mathbb{Q} \\mathcal{A} \\mathcal{L} \\mathfrak{g}")


def formula(rng: random.Random, display: bool) -> str:
    """LaTeX of a formula without dollars: one line of modest height, or for `display` also tall and many-lined ones."""
    makers: list[Callable[[random.Random], str]] = [_relation, _relation, _expression_only, _definition, _listing, _set]
    if display:
        makers += [_relation, _sum, _integral, _limit, _matrix, _matrix, _cases, _aligned, _braced, _derivative]
    make: Callable[[random.Random], str] = rng.choice(makers)
    return make(rng)


def _number(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.6:
        return str(rng.randint(0, 20))
    if kind < 0.8:
        return str(rng.randint(21, 99999))
    if kind < 0.95:
        return f"{rng.uniform(0, 100):.{rng.randint(1, 4)}f}"
    return f"{rng.randint(1, 9)}\\times10^{{{rng.randint(-12, 12)}}}"


def _letter(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.65:
        return rng.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ")
    if kind < 0.9:
        return "\\" + rng.choice(_GREEK) + " "
    font = rng.choice(["mathbf", "mathcal", "mathbb", "mathrm", "mathfrak", "boldsymbol"])
    return f"\\{font}{{{rng.choice('ABCDEFGHKLMNPQRSTUVXYZ')}}}"


def _script(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.7:
        found: str = rng.choice([*"ijkmnpt0123", "-1", "n-1", "i+1", "ij", "\\alpha", "\\mu\\nu", "\\ast", "2n", "k,l"])
        return found
    return f"{rng.choice('ijkn')}{rng.choice('+-')}{rng.randint(1, 12)}"


def _atom(rng: random.Random) -> str:
    """A letter, sometimes with scripts, primes or an accent."""
    found = _letter(rng)
    if rng.random() < 0.12:
        found = f"\\{rng.choice(_ACCENTS)}{{{found}}}"
    kind = rng.random()
    if kind < 0.22:
        return f"{found}_{{{_script(rng)}}}"
    if kind < 0.42:
        return f"{found}^{{{_script(rng)}}}"
    if kind < 0.5:
        return f"{found}_{{{_script(rng)}}}^{{{_script(rng)}}}"
    return found + ("'" if kind < 0.54 else "")


def _term(rng: random.Random, depth: int) -> str:
    """Atoms side by side, or a fraction, root, function or bracket around an expression."""
    kind = rng.random()
    if depth <= 0 or kind < 0.5:
        # A number only comes first: two side by side would look like one.
        first = _number(rng) if rng.random() < 0.25 else _atom(rng)
        return " ".join([first, *[_atom(rng) for _ in range(rng.choice([0, 0, 1, 2]))]])
    inner = _expression(rng, depth - 1)
    if kind < 0.64:
        return f"\\{rng.choice(['frac', 'frac', 'dfrac'])}{{{inner}}}{{{_expression(rng, depth - 1)}}}"
    if kind < 0.71:
        return f"\\sqrt{rng.choice(['', '', '[3]', '[n]'])}{{{inner}}}"
    if kind < 0.81:
        return f"{rng.choice('fghFGPTO')}({inner})"
    if kind < 0.88:
        power = rng.choice(["", "", "^2", "^{-1}"])
        return f"\\{rng.choice(_FUNCTIONS)}{power} \\left({inner}\\right)"
    if kind < 0.91:
        return f"\\operatorname{{{rng.choice(_NAMES)}}}({inner})"
    left, right = rng.choice(
        [("(", ")"), ("[", "]"), ("\\{", "\\}"), ("|", "|"), ("\\lfloor ", "\\rfloor "), ("\\langle ", "\\rangle ")]
    )
    if rng.random() < 0.6:
        return f"\\left{left}{inner}\\right{right}"
    if kind < 0.97:
        return f"{left}{inner}{right}"
    return f"\\binom{{{_atom(rng)}}}{{{_atom(rng)}}}"


def _expression(rng: random.Random, depth: int = 2) -> str:
    found = rng.choice(["", "", "", "-"]) + _term(rng, depth)
    for _ in range(rng.choice([0, 1, 1, 2, 3]) if depth else rng.choice([0, 0, 1])):
        found += f" {rng.choice(_OPERATORS)} {_term(rng, depth)}"
    return found


def _expression_only(rng: random.Random) -> str:
    return _expression(rng)


def _relation(rng: random.Random) -> str:
    sides = [_expression(rng) for _ in range(rng.choice([2, 2, 2, 3]))]
    found = sides[0]
    for side in sides[1:]:
        found += f" {rng.choice(_RELATIONS)} {side}"
    if rng.random() < 0.06:
        found += f" \\pmod{{{_atom(rng)}}}"
    return found + rng.choice(["", "", "", "", ",", "."])


def _definition(rng: random.Random) -> str:
    variables = ", ".join(_letter(rng) for _ in range(rng.randint(1, 3)))
    return f"{rng.choice('fghTFGpq')}_{{{_script(rng)}}}({variables}) = {_expression(rng)}"


def _listing(rng: random.Random) -> str:
    letter, last = _letter(rng), rng.choice(["n", "m", "k", "n-1", "2n"])
    dots = rng.choice(["\\dots", "\\ldots", "\\cdots"])
    found = f"{letter}_{{1}}, {letter}_{{2}}, {dots}, {letter}_{{{last}}}"
    return found + rng.choice(["", f" \\in {rng.choice(_SETS)}"])


def _set(rng: random.Random) -> str:
    letter = _letter(rng)
    bar = rng.choice(["\\mid", ":"])
    condition = f"{_expression(rng, 1)} {rng.choice(_RELATIONS)} {_atom(rng)}"
    return f"{_letter(rng)} = \\{{ {letter} \\in {rng.choice(_SETS)} {bar} {condition} \\}}"


def _sum(rng: random.Random) -> str:
    sign = rng.choice(["sum", "sum", "sum", "prod", "bigcup", "bigcap", "bigoplus"])
    index = rng.choice("ijkmn")
    below = rng.choice(
        [f"{index}={rng.randint(0, 2)}", f"{index} \\in {_letter(rng)}", f"1\\le {index}\\le n", f"{index}\\mid n"]
    )
    if rng.random() < 0.1:
        below = f"\\substack{{{below} \\\\ {_atom(rng)} \\neq {_atom(rng)}}}"
    above = rng.choice(["", "^{n}", "^{\\infty}", "^{n-1}", "^{" + _script(rng) + "}"])
    return f"{_atom(rng)} {rng.choice(_RELATIONS)} \\{sign}_{{{below}}}{above} {_expression(rng)}"


def _integral(rng: random.Random) -> str:
    sign = rng.choice(["int", "int", "int", "iint", "oint"])
    bounds = rng.choice(["", f"_{{{_script(rng)}}}^{{{_script(rng)}}}", "_{-\\infty}^{\\infty}", "_0^1", "_{\\Omega}"])
    variable = rng.choice(["x", "t", "s", "\\mu", "\\theta"])
    return f"\\{sign}{bounds} {_expression(rng)} \\, d{variable} = {_expression(rng, 1)}"


def _limit(rng: random.Random) -> str:
    name = rng.choice(["lim", "lim", "max", "min", "sup", "inf", "limsup"])
    target = rng.choice(["\\infty", "0", "0^{+}", _number(rng), _letter(rng)])
    return f"\\{name}_{{{rng.choice('xnthk')} \\to {target}}} {_expression(rng)} = {_expression(rng, 1)}"


def _derivative(rng: random.Random) -> str:
    d, top, bottom = rng.choice(["d", "\\partial ", "\\mathrm{d}"]), _letter(rng), rng.choice("xtyzsr")
    order = rng.choice(["", "", "^{2}"])
    return f"\\frac{{{d}{order} {top}}}{{{d}{bottom}{order}}} = {_expression(rng)}"


def _matrix(rng: random.Random) -> str:
    rows, columns = rng.randint(1, 4), rng.randint(1, 5)
    maker: Callable[[random.Random], str] = rng.choice(
        [_atom, _number, lambda rng: str(rng.randint(-9, 9)), lambda rng: rng.choice("01")]
    )
    cells = [[maker(rng) for _ in range(columns)] for _ in range(rows)]
    if rows > 2 and columns > 2 and rng.random() < 0.25:
        cells[-2] = ["\\vdots"] + ["\\ddots"] * (columns - 2) + ["\\vdots"]
    name = rng.choice(_MATRICES)
    body = " \\\\ ".join(" & ".join(row) for row in cells)
    matrix = f"\\begin{{{name}}} {body} \\end{{{name}}}"
    if rng.random() < 0.15:
        matrix = (
            f"\\left[ \\begin{{array}}{{{'c' * (columns - 1)}{'|' * (columns > 1)}r}} {body} \\end{{array}} \\right]"
        )
    before = rng.choice(["", f"{_letter(rng)} = ", f"{_atom(rng)} \\cdot "])
    return before + matrix + rng.choice(["", "", "^{T}", f" = {_expression(rng, 1)}", f" {_letter(rng)}", "."])


def _cases(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randint(2, 4)):
        condition = rng.choice(
            [
                f"\\text{{{rng.choice(_WORDS)} }} {_atom(rng)} {rng.choice(_RELATIONS)} {_atom(rng)}",
                f"{_letter(rng)} {rng.choice(_RELATIONS)} {_number(rng)}",
            ]
        )
        lines.append(f"{_expression(rng, 1)}, & {condition}")
    if rng.random() < 0.5:
        lines[-1] = f"{_atom(rng)}, & \\text{{otherwise}}"
    return f"{_atom(rng)} = \\begin{{cases}} " + " \\\\ ".join(lines) + " \\end{cases}"


def _aligned(rng: random.Random) -> str:
    name = rng.choice(["aligned", "aligned", "align*", "gathered", "split"])
    mark = "" if name == "gathered" else "&"
    lines = [f"{_expression(rng, 1)} {mark}{rng.choice(_RELATIONS)} {_expression(rng)}"]
    for _ in range(rng.randint(1, 4)):
        lines.append(f"{rng.choice(['', _atom(rng) + ' '])}{mark}{rng.choice(_RELATIONS)} {_expression(rng)}")
    return f"\\begin{{{name}}} " + " \\\\ ".join(lines) + f" \\end{{{name}}}"


def _braced(rng: random.Random) -> str:
    side, script = rng.choice([("under", "_"), ("over", "^")])
    note = rng.choice([_script(rng), "n \\text{ times}", "\\text{" + rng.choice(_WORDS) + "}"])
    return f"{_atom(rng)} = \\{side}brace{{{_expression(rng, 1)}}}{script}{{{note}}} + {_expression(rng, 1)}"
