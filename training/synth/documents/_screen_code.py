"""Source code and terminal sessions to show: templates filled with invented names, and what colour each token has."""

from __future__ import annotations

import random
import re

from training.synth.documents._screen_templates import SUFFIXES, TEMPLATES
from training.synth.engine import World
from training.synth.words import invent

_KEYWORDS = frozenset(
    [
        "import",
        "from",
        "def",
        "class",
        "return",
        "for",
        "in",
        "if",
        "else",
        "raise",
        "with",
        "open",
        "as",
        "assert",
        "try",
        "except",
        "None",
        "True",
        "False",
        "self",
        "static",
        "int",
        "char",
        "while",
        "double",
        "unsigned",
        "struct",
        "void",
        "const",
        "let",
        "function",
        "throw",
        "new",
        "export",
        "default",
        "this",
        "async",
        "await",
        "null",
        "true",
        "false",
        "package",
        "public",
        "private",
        "final",
        "String",
        "SELECT",
        "FROM",
        "WHERE",
        "AND",
        "COUNT",
        "AS",
        "GROUP",
        "ORDER",
        "BY",
        "DESC",
        "CREATE",
        "TABLE",
        "INTEGER",
        "PRIMARY",
        "KEY",
        "VARCHAR",
        "NOT",
        "NULL",
        "DECIMAL",
        "INSERT",
        "INTO",
        "VALUES",
    ]
)
_TOKEN = re.compile(
    r"(?P<comment>#(?!include|define).*|//.*|/\*.*?\*/|-- .*|<!-- .*?-->)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>\b(?:0x)?\d[\w.]*)|(?P<word>[A-Za-z_]\w*)(?P<call>\()?"
)


def code(rng: random.Random, world: World, language: str, rows: int) -> list[str]:
    """Up to `rows` lines of code in a language of SUFFIXES, indented; blank ones among them, none at the ends."""
    names = [_name(rng, world) for _ in range(5)]
    lines: list[str] = []
    templates = TEMPLATES[language].removeprefix("\n").split("==\n")
    order = [templates[0]] if rng.random() < 0.5 else []
    while len(lines) < rows:
        template = order.pop() if order else rng.choice(templates)
        a, b, c = rng.sample(names, 3)
        said = {key: _words(rng, world) for key in "st"}
        text = template.format(
            a=a, b=b, c=c, A=a.title().replace("_", ""), i=_number(rng), j=_number(rng), k=_words(rng, world), **said
        )
        lines += text.split("\n")[:-1]
        if language == "json":
            break
    lines = lines[:rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _name(rng: random.Random, world: World) -> str:
    made = "_".join(re.findall(r"[a-z]+", world.corpus.title(rng, "en").lower())[: rng.randint(1, 2)])
    return made[:14].strip("_") or "value"


def _words(rng: random.Random, world: World) -> str:
    kept = re.findall(r"[A-Za-z0-9.-]+", world.corpus.title(rng, "en"))
    return " ".join(kept[: rng.randint(1, 4)]) or "none"


def _number(rng: random.Random) -> int:
    return rng.randint(0, 10 ** rng.randint(1, 4))


def kinds_of(line: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of what is coloured in a line: "comment", "string", "number", "keyword" or "call"."""
    found = []
    for match in _TOKEN.finditer(line):
        kind = str(match.lastgroup)
        if match["word"]:
            kind = "keyword" if match["word"] in _KEYWORDS else "call" if match["call"] else ""
        if kind:
            end = match.end("word") if match["word"] else match.end()
            found.append((match.start(), end, kind))
    return found


def session(rng: random.Random, world: World, rows: int) -> list[tuple[str, str]]:
    """Lines of a terminal, each with what stands before the command ("" for output), single-spaced."""
    user, host = _name(rng, world), _name(rng, world).replace("_", "-")
    prompt = rng.choice(
        [f"{user}@{host}:~#", f"[{user}@{host} src]%", "PS C:\\Users>", ">", f"{user}@{host}:~$", "~ %"]
    )
    lines: list[tuple[str, str]] = []
    while len(lines) < rows:
        command, output = rng.choice(_COMMANDS)(rng, world)
        lines.append((prompt, command))
        lines += [("", row) for row in output]
    return lines[:rows]


def _listing(rng: random.Random, world: World) -> tuple[str, list[str]]:
    rows = [
        f"-rw-r--r-- 1 {_name(rng, world)} staff {rng.randint(1, 999999)} {invent.moment(rng):%b %d %H:%M} "
        f"{_name(rng, world)}.{rng.choice(list(SUFFIXES.values()))}"
        for _ in range(rng.randint(2, 6))
    ]
    return rng.choice(["ls -l", "ls -la", f"ls -l {_name(rng, world)}/"]), [f"total {rng.randint(4, 400)}", *rows]


def _history(rng: random.Random, world: World) -> tuple[str, list[str]]:
    return "git log --oneline", [f"{rng.getrandbits(28):07x} {_words(rng, world)}" for _ in range(rng.randint(2, 5))]


def _install(rng: random.Random, world: World) -> tuple[str, list[str]]:
    name = _name(rng, world).replace("_", "-")
    version = f"{rng.randint(0, 9)}.{rng.randint(0, 30)}.{rng.randint(0, 9)}"
    return f"pip install {name}", [
        f"Collecting {name}",
        f"Downloading {name}-{version}.tar.gz ({rng.randint(2, 900)} kB)",
        f"Successfully installed {name}-{version}",
    ]


def _ping(rng: random.Random, world: World) -> tuple[str, list[str]]:
    place = ".".join(str(rng.randint(1, 254)) for _ in range(4))
    rows = [
        f"64 bytes from {place}: icmp_seq={i} ttl={rng.randint(40, 64)} time={rng.randint(100, 9999) / 100} ms"
        for i in range(rng.randint(2, 5))
    ]
    return f"ping {place}", rows


def _failure(rng: random.Random, world: World) -> tuple[str, list[str]]:
    file, line = f"{_name(rng, world)}.py", rng.randint(1, 400)
    return f"python {file}", [
        "Traceback (most recent call last):",
        f'File "{file}", line {line}, in {_name(rng, world)}',
        f"{rng.choice(['ValueError', 'KeyError', 'TypeError', 'OSError'])}: {_words(rng, world)}",
    ]


def _build(rng: random.Random, world: World) -> tuple[str, list[str]]:
    rows = [f"[{i * 100 // 4}%] Building {_name(rng, world)}.o" for i in range(1, rng.randint(3, 5))]
    return "make -j8", [
        *rows,
        rng.choice([f"make: *** [all] Error {rng.randint(1, 9)}", f"Done in {rng.randint(1, 600) / 10} s"]),
    ]


_COMMANDS = (_listing, _history, _install, _ping, _failure, _build)
