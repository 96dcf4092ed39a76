"""Frames of films and broadcasts: no, one or two lines of subtitles, and other text in the scene or laid over it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from training.synth.annotation import Bounds, Line
from training.synth.documents import _subtitles
from training.synth.documents._backgrounds import background, colour
from training.synth.documents._business_marks import logo, portrait
from training.synth.documents._figure import Room
from training.synth.documents._scene import Turn, beneath, ink_on, panel, plain
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.words import invent

NAME = "frames"
SIZES = ((640, 360), (854, 480), (960, 540), (1024, 576), (1120, 630), (640, 480), (960, 402), (480, 800), (720, 720))


@dataclass
class _Part:
    """A block to come; parts are read from the top down."""

    kind: str
    lines: list[Line]
    markup: str
    translation: str = ""


def compose(rng: random.Random, world: World) -> Sheet:
    """A frame; one in eight is without a subtitle."""
    sheet = new_frame(rng, world)
    scenery(rng, sheet)
    room, parts = Room(), []
    if rng.random() < 0.88:
        parts.append(_subtitle(rng, world, sheet, room))
    for maker, share in _OVERLAYS.items():
        if rng.random() < share:
            parts += maker(rng, world, sheet, room)
    if not any(part.kind == "subtitle" for part in parts):
        sheet.target = ""
        if not parts:
            parts += _channel(rng, world, sheet, room)
    for part in sorted(parts, key=lambda part: part.lines[0].box[1]):
        sheet.block(part.kind, part.lines, part.markup, translation=part.translation)
    return sheet


def new_frame(rng: random.Random, world: World) -> Sheet:
    """An empty frame with its languages: some are translated."""
    width, height = rng.choices(SIZES, [4, 4, 4, 3, 2, 2, 2, 1, 1])[0]
    language = rng.choices(list(_subtitles.LANGUAGES), list(_subtitles.LANGUAGES.values()))[0]
    sheet = Sheet(width, height, language, {"video": 4.0, "clean": 1.0}, paper=False)
    if rng.random() < 0.45:
        target = rng.choice(["zh", "zh", "zh", "en"]) if language == "en" else "en"
        sheet.target = target if target != language and _translated(world, language, target) else ""
    return sheet


def _translated(world: World, language: str, target: str) -> bool:
    return (target if language == "en" else language) in world.corpus.translations


def scenery(rng: random.Random, sheet: Sheet) -> None:
    """Something to look at; now and then a person before it, or black bars above and below."""
    if rng.random() < 0.22:
        _studio(rng, sheet)
    else:
        sheet.picture(0, 0, background(rng, sheet.width, sheet.height))
    if rng.random() < 0.12 and sheet.width > sheet.height:
        bar = round(sheet.height * rng.uniform(0.06, 0.13))
        sheet.fill(0, 0, sheet.width, bar, (0, 0, 0))
        sheet.fill(0, sheet.height - bar, sheet.width, sheet.height, (0, 0, 0))


def _studio(rng: random.Random, sheet: Sheet) -> None:
    """Somebody before a plain wall."""
    tall = round(sheet.height * rng.uniform(0.6, 0.95))
    person = portrait(rng, round(0.8 * tall), tall)
    red, green, blue = person.getpixel((0, 0))  # type: ignore[misc]
    sheet.fill(0, 0, sheet.width, sheet.height, (int(red), int(green), int(blue)))
    sheet.picture(rng.uniform(0.0, 0.9) * (sheet.width - person.width), sheet.height - tall, person)


def _subtitle(rng: random.Random, world: World, sheet: Sheet, room: Room) -> _Part:
    look = _subtitles.choose_look(rng, world, sheet)
    said = _subtitles.speech(rng, world, sheet, look, shown=rng.random() < 0.5)
    tall = _subtitles.height(_subtitles.rows(sheet, look, said))
    edge = sheet.height * rng.uniform(0.025, 0.1)
    top = edge if look.place == "top" else sheet.height - edge - tall
    room.take((0, top - 6, sheet.width, top + tall + 6))
    lines = _subtitles.write(sheet, look, said, top)
    return _Part("subtitle", lines, said.text, said.translation)


# Other text. Each takes its room first and is left out where there is none.


def _text(sheet: Sheet, face_text: str, style: Style, width: float) -> str:
    """What fits into a width on one line, whole words; "" if nothing does."""
    text = plain(style.face, face_text)
    try:
        return sheet.wrap(text, style, width)[0] if text else ""
    except Overflow:
        return ""


def _small(rng: random.Random, world: World, sheet: Sheet, share: tuple[float, float]) -> Style:
    size = max(15, round(min(sheet.height, 0.7 * sheet.width) * rng.uniform(*share)))
    face = world.faces.pick(rng, sheet.language, rng.choice(["sans", "sans", "sans", "any"]))
    return Style(face.bold if rng.random() < 0.5 else face, size)


def _on(rng: random.Random, sheet: Sheet, style: Style, box: Bounds) -> Style:
    """The style in a colour that can be read there, with an outline where the picture is busy."""
    ink = ink_on(rng, beneath(sheet, box))
    edge = (0, 0, 0) if sum(ink) > 382 else (255, 255, 255)
    return Style(style.face, style.size, ink, style.tracking, style.leading, edge if rng.random() < 0.85 else None)


def _channel(rng: random.Random, world: World, sheet: Sheet, room: Room) -> list[_Part]:
    """A channel's sign in an upper corner."""
    style = _small(rng, world, sheet, (0.035, 0.06))
    word = invent.word(rng, "zh" if sheet.language == "zh" and rng.random() < 0.6 else "en")
    name = rng.choice([word.upper() + "TV", word.upper() + f" {rng.randint(1, 24)}", word.title(), word + "卫视"])
    text = _text(sheet, name, style, 0.3 * sheet.width)
    if not text:
        return []
    wide, pad, mark = sheet.measure(text, style), 0.03 * sheet.width, style.size * 1.4 * (rng.random() < 0.5)
    x = rng.choice([pad, sheet.width - pad - wide - mark])
    box = (x - 4, 0.03 * sheet.height, x + mark + wide + 4, 0.03 * sheet.height + 1.5 * style.size)
    if not room.take(box):
        return []
    if mark:
        tints = colour(rng, (0.5, 1), (0.6, 1)), colour(rng, (0.2, 1), (0.6, 1))
        logo(rng, sheet, x, box[1] + 0.1 * style.size, 1.2 * style.size, tints)
    style = _on(rng, sheet, style, box)
    return [_Part("text", [sheet.write(x + mark, box[1] + 1.1 * style.size, text, style)], text)]


def _clock(rng: random.Random, world: World, sheet: Sheet, room: Room) -> list[_Part]:
    """The time or a camera's date and time."""
    style, when = _small(rng, world, sheet, (0.035, 0.05)), invent.moment(rng)
    stamp = f"{when:%Y-%m-%d %H:%M:%S}" if rng.random() < 0.5 else f"{when:%H:%M}"
    text = _text(sheet, rng.choice([stamp, stamp, "LIVE " + stamp, "REC " + stamp]), style, 0.6 * sheet.width)
    if not text:
        return []
    wide = sheet.measure(text, style)
    x = rng.choice([0.04 * sheet.width, 0.96 * sheet.width - wide])
    box = (x - 4, 0.1 * sheet.height, x + wide + 4, 0.1 * sheet.height + 1.5 * style.size)
    if not room.take(box):
        return []
    style = _on(rng, sheet, style, box)
    return [_Part("text", [sheet.write(x, box[1] + 1.1 * style.size, text, style)], text)]


def _banner(rng: random.Random, world: World, sheet: Sheet, room: Room) -> list[_Part]:
    """Who is speaking: a name and what they are, on a bar at the left."""
    style = _small(rng, world, sheet, (0.04, 0.06))
    small = style.sized(0.75)
    name = _text(sheet, world.corpus.person(rng, sheet.language), style, 0.5 * sheet.width)
    what = _text(sheet, world.corpus.job(rng, sheet.language), small, 0.5 * sheet.width)
    if not name or not what or small.size < 12:
        return []
    wide = max(sheet.measure(name, style), sheet.measure(what, small)) + 1.4 * style.size
    left, tall = rng.uniform(0.03, 0.1) * sheet.width, 1.5 * style.size + 1.6 * small.size
    top = sheet.height * rng.uniform(0.6, 0.68)
    box = (left, top, left + wide, top + tall)
    if not room.take((box[0], box[1] - 3, box[2], box[3] + 3)):
        return []
    ground = colour(rng, (0, 1), (0.1, 1))
    sheet.fill(*box, ground)
    sheet.fill(left - 5, top, left, top + tall, ink_on(rng, ground))
    ink = ink_on(rng, ground)
    x = left + 0.6 * style.size
    upper = Style(style.face, style.size, ink)
    lower = Style(small.face, small.size, ink)
    first = sheet.write(x, top + 1.15 * style.size, name, upper)
    second = sheet.write(x, top + 1.5 * style.size + 1.05 * small.size, what, lower)
    return [_Part("text", [first, second], f"{name}\n{what}")]


def _ticker(rng: random.Random, world: World, sheet: Sheet, room: Room) -> list[_Part]:
    """News running along the lower edge, cut at its right end between words."""
    style = _small(rng, world, sheet, (0.035, 0.045))
    tall = 1.7 * style.size
    if not room.take((0, sheet.height - tall, sheet.width, sheet.height)):
        return []
    text = _text(sheet, world.corpus.paragraph(rng, sheet.language, 160), style, 0.94 * sheet.width)
    if not text:
        return []
    ground = colour(rng, (0.3, 1), (0.1, 0.9))
    sheet.fill(0, sheet.height - tall, sheet.width, sheet.height, ground)
    inked = Style(style.face, style.size, ink_on(rng, ground))
    line = sheet.write(0.03 * sheet.width, sheet.height - tall / 2 + 0.36 * style.size, text, inked)
    return [_Part("text", [line], text)]


def _sign(rng: random.Random, world: World, sheet: Sheet, room: Room) -> list[_Part]:
    """Writing within the scene: a sign somewhere in the middle, half of them a little turned."""
    style = _small(rng, world, sheet, (0.04, 0.1))
    text = _text(sheet, world.corpus.title(rng, sheet.language), style, 0.5 * sheet.width)
    if not text:
        return []
    wide = sheet.measure(text, style)
    x, y = rng.uniform(0.06, 0.92) * (sheet.width - wide), sheet.height * rng.uniform(0.3, 0.52)
    pad = 0.5 * style.size
    box = (x - pad, y - style.size - pad, x + wide + pad, y + 0.3 * style.size + pad)
    reach = 0.07 * wide
    if not room.take((box[0], box[1] - reach, box[2], box[3] + reach)):
        return []
    ground = colour(rng, (0, 1), (0.1, 1))
    turn = Turn((x, y), rng.choice([0.0, rng.uniform(-3, 3)]))
    panel(sheet, turn, lambda pen: pen.rectangle(box, fill=ground))
    line = sheet.write(x, y, text, Style(style.face, style.size, ink_on(rng, ground)), angle=turn.angle)
    return [_Part("text", [line], text)]


_Maker = Callable[[random.Random, World, Sheet, Room], list[_Part]]
_OVERLAYS: dict[_Maker, float] = {_ticker: 0.1, _banner: 0.16, _channel: 0.35, _clock: 0.15, _sign: 0.25}
"""How often a frame has each."""
