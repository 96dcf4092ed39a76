r"""The LaTeX names that `formula.tree` knows, and what each is drawn as. mathtext's own symbols need no entry here."""

from __future__ import annotations


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _commands(names: str) -> frozenset[str]:
    return frozenset("\\" + name for name in names.split())


def _pairs(pairs: str) -> dict[str, str]:
    return {"\\" + name: value for name, _, value in (pair.partition("=") for pair in pairs.split())}


# Another name for the same look. The left side never has another meaning in mathtext.
ALIASES = _pairs(
    r"le=\leq ge=\geq lt=< gt=> land=\wedge lor=\vee lnot=\neg ne=\neq gets=\leftarrow iff=\Longleftrightarrow "
    r"implies=\Longrightarrow impliedby=\Longleftarrow owns=\ni colon=: lbrack=[ rbrack=] lbrace=\{ rbrace=\} lvert=| "
    r"rvert=| vert=| lVert=\| rVert=\| Vert=\| dag=\dagger ddag=\ddagger dotsc=\ldots dotsb=\cdots dotsm=\cdots "
    r"dotsi=\cdots dotso=\ldots hdots=\ldots sp=^ sb=_ newline=\\ tabularnewline=\\ Bbb=\mathbb bm=\boldsymbol "
    r"pmb=\boldsymbol hslash=\hbar thickspace=\; medspace=\: Vec=\vec Hat=\hat Bar=\bar Tilde=\tilde Dot=\dot "
    r"mathds=\mathbb restriction=\upharpoonright doublecup=\Cup doublecap=\Cap"
)
SAME: dict[str, tuple[str, ...]] = {
    "\\{": ("\\{",),
    "\\}": ("\\}",),
    "\\|": ("\\|",),
    "\\$": ("\\$",),
    "\\%": ("\\%",),
    "\\#": ("\\text{#}",),
    "\\&": ("\\text{&}",),
    "\\bmod": ("\\ \\mathrm{mod}\\ ",),
    "\\mod": ("\\quad \\mathrm{mod}\\ ",),
    "\\dots": ("\\ldots ",),
    "\\lq": ("\\text{`}",),
    "\\argmax": ("\\operatorname{arg\\,max}",),
    "\\argmin": ("\\operatorname{arg\\,min}",),
}
SPACES = {
    "\\ ": "\\ ",
    "~": "\\ ",
    "\\\t": "\\ ",
    "\\\n": "\\ ",
    "\\,": "\\,",
    "\\:": "\\:",
    "\\>": "\\:",
    "\\;": "\\;",
}
SPACES |= {"\\!": "", "\\quad": "\\quad ", "\\qquad": "\\qquad ", "\\enspace": "\\enspace ", "\\thinspace": "\\,"}
SPACES |= {"\\/": "", "\\-": "", "\\negthinspace": ""}
SKIPS = _commands("hspace vspace hskip vskip kern mkern mskip")
DROPPED = _commands(
    "nonumber notag normalfont mathstrut strut relax null displaylimits protect allowbreak nobreak noindent hfill hfil "
    "mathord mathinner mathrel mathbin mathopen mathclose mathpunct mathop smash ensuremath vcenter centering "
    "tiny scriptsize footnotesize small normalsize large Large"
)
STYLES = {"\\displaystyle": True, "\\textstyle": False, "\\scriptstyle": False, "\\scriptscriptstyle": False}
SWITCHES = {"\\rm": "rm", "\\bf": "bf", "\\it": "it", "\\cal": "cal", "\\sf": "sf", "\\tt": "tt", "\\mit": ""}
SWITCHES |= {"\\frak": "frak", "\\boldmath": "bfit", "\\unboldmath": "", "\\sl": "it", "\\em": "it"}
FONTS = {"\\mathrm": "rm", "\\mathbf": "bf", "\\mathit": "it", "\\mathsf": "sf", "\\mathtt": "tt", "\\mathcal": "cal"}
FONTS |= {"\\mathbb": "bb", "\\mathfrak": "frak", "\\mathscr": "scr", "\\mathnormal": "", "\\boldsymbol": "bfit"}
TEXTS = {"\\text": "rm", "\\textrm": "rm", "\\textnormal": "rm", "\\mbox": "rm", "\\hbox": "rm", "\\textup": "rm"}
TEXTS |= {"\\textbf": "bf", "\\textit": "it", "\\texttt": "tt", "\\textsf": "sf", "\\emph": "it"}
CAPITALS_ONLY = frozenset(["cal", "bb", "scr"])
SMALL_GREEK = _words(
    "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
)
# Unseen bodies of about 1.1, 2, 2.6 and 3 em: what \\big and its kin are stretched around.
STRUTS = ("\\frac{1}{1}", "\\dfrac{1}{1}", "\\dfrac{y^{1}}{\\frac{1}{1}}", "\\dfrac{\\frac{1}{1}}{\\frac{1}{1}}")
ROOT_STRUTS = ("x", "y", *STRUTS)
BIG = {
    "\\" + size + side: strut
    for size, strut in zip(("big", "Big", "bigg", "Bigg"), STRUTS, strict=True)
    for side in ("", "l", "r", "m")
}
DELIMITERS = {mark: mark for mark in "()[]|/."} | {mark: mark for mark in ("\\{", "\\}", "\\|")}
DELIMITERS |= {"<": "\\langle", ">": "\\rangle"}
DELIMITERS |= {
    mark: mark
    for mark in _commands(
        "langle rangle lfloor rfloor lceil rceil backslash uparrow downarrow updownarrow Uparrow Downarrow Updownarrow"
    )
}
INFIX = {"\\over": "", "\\atop": "..", "\\choose": "()", "\\brack": "[]"}
# Delimiters ("" for a rule) and whether the style is forced to display (None: that of the place).
FRACTIONS: dict[str, tuple[str, bool | None]] = {"frac": ("", None), "dfrac": ("", True), "tfrac": ("", False)}
FRACTIONS |= {"cfrac": ("", True), "binom": ("()", None), "dbinom": ("()", True), "tbinom": ("()", False)}
ACCENTS = _words("hat breve bar grave acute tilde dot ddot dddot ddddot vec mathring widehat widetilde")
DECORATIONS = _words("overline underline overbrace underbrace overrightarrow overleftarrow boxed fbox")
# Operators with limits in displayed formulas: those that mathtext knows as such, and others.
LIMIT_FUNCTIONS = _words("lim liminf limsup sup max min")
NATIVE_LIMITS = _commands(
    "sum prod coprod bigcap bigcup bigsqcup bigvee bigwedge bigodot bigotimes bigoplus biguplus"
) | {"\\" + name for name in LIMIT_FUNCTIONS}
ALWAYS_LIMITS = _commands("underbrace overbrace")
OTHER_LIMITS = _commands("det gcd inf Pr argmax argmin mathop") | ALWAYS_LIMITS
_STRUCK = "=:neq in:notin equiv:nequiv subset:nsubset supset:nsupset subseteq:nsubseteq supseteq:nsupseteq mid:nmid "
_STRUCK += "<:nless >:ngtr leq:nleq geq:ngeq sim:nsim cong:ncong exists:nexists parallel:nparallel to:nrightarrow "
_STRUCK += "rightarrow:nrightarrow leftarrow:nleftarrow prec:nprec succ:nsucc approx:napprox simeq:nsimeq vdash:nvdash "
_STRUCK += "Rightarrow:nRightarrow Leftrightarrow:nLeftrightarrow |:nmid"
NEGATED = {
    (name if len(name) == 1 else "\\" + name): struck
    for name, _, struck in (pair.partition(":") for pair in _STRUCK.split())
}
TABLES = _words(
    "array matrix smallmatrix align aligned alignat alignedat eqnarray equation split gather gathered multline "
    "displaymath math substack"
)
DISPLAYED = _words("align aligned alignat alignedat eqnarray equation split gather gathered multline displaymath")
CENTRED = _words("gather gathered")
PAIRS = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "Bmatrix": ("\\{", "\\}")}
PAIRS |= {"Vmatrix": ("\\|", "\\|"), "cases": ("\\{", "."), "dcases": ("\\{", "."), "rcases": (".", "\\}")}
OLD_TABLES = frozenset(["matrix", "pmatrix", "cases"])
# In mathtext's table, but not what LaTeX shows for the name (spacing accents, parts of other signs, ...).
REFUSED = _words(
    "not check vec circumflexaccent combiningacuteaccent combiningbreve combiningdiaeresis combiningdotabove "
    "combiningfourdotsabove combininggraveaccent combiningoverline combiningrightarrowabove combiningthreedotsabove "
    "combiningtilde AA AE DH OE ae aa dh oe mathring widebar overarc hspace phantom llap rlap text genfrac leftparen "
    "rightparen leftbrace rightbrace lasp rasp rq macron minus slash ratio rule over middle right lgroup rgroup "
    "dashleftarrow dashrightarrow eqcolon leadsto leftsquigarrow rightsquigarrow color tag ref eqref cite "
    "textcolor hphantom vphantom vartriangle blacksquare"
)
# Signs that are an operator after an operand, and an operand's own sign after one of the others.
SIGNS = frozenset(["+", "-", "*"]) | {
    name + " "
    for name in _commands(
        "pm mp times cdot div ast star circ bullet cap cup wedge vee setminus oplus otimes odot ominus dagger ddagger "
        "sqcap sqcup uplus amalg wr diamond rtimes ltimes boxtimes boxplus"
    )
}
BEFORE_SIGN = (
    frozenset(["", "(", "[", "\\{", ",", ";", ":", "=", "<", ">", "{}"])
    | SIGNS
    | {
        name + " "
        for name in _commands(
            "langle lfloor lceil leq geq neq equiv approx sim simeq cong in to rightarrow leftarrow mapsto quad qquad "
            "Rightarrow Longrightarrow Leftrightarrow Longleftrightarrow propto ll gg leqslant geqslant mid"
        )
    }
)
