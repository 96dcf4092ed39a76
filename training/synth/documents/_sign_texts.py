"""What signs say: a function for each kind of sign."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.synth.documents import _sign_words
from training.synth.documents._scene import Entry
from training.synth.documents._sign_boards import Sign
from training.synth.engine import World
from training.synth.sheet import BLACK, WHITE, Sheet
from training.synth.words import invent

Maker = Callable[[random.Random, World, Sheet], Sign]


def _cut(text: str, most: int) -> str:
    """At most so many characters of a text, whole words where it has some."""
    cut = text[:most]
    return (cut.rsplit(" ", 1)[0] if " " in cut and len(text) > most and text[most] != " " else cut).strip()


def _both(rng: random.Random, sheet: Sheet, world: World, kind: str) -> list[Entry]:
    """A phrase in the sheet's language, or in both; with its translation either way."""
    en, zh = rng.choice(_sign_words.phrases(kind, world.corpus.testing))
    if rng.random() < 0.5:
        en = en.upper()
    source, target = (zh, en) if sheet.language == "zh" else (en, zh)
    sheet.target = "en" if sheet.language == "zh" else "zh"
    first = Entry(source, rng.uniform(1, 1.5), bold=rng.random() < 0.6, translation=target)
    if rng.random() < 0.5:
        return [first]
    other = world.faces.pick(rng, sheet.target, "sans")
    return [first, Entry(target, rng.uniform(0.6, 1.0), bold=rng.random() < 0.4, face=other)]


def _notice(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    entries = _both(rng, sheet, world, "notice")
    arrow = rng.choice(["", "", "", "left", "right", "up"])
    ground = rng.choice([None, WHITE, (0, 90, 60), (20, 60, 140), (200, 30, 40), (250, 210, 0), (30, 30, 30)])
    return Sign(entries, ground, arrow=arrow, aspect=(1.3, 4.0), outdoors=rng.random() < 0.3)


def _warning(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    en, zh = rng.choice(_sign_words.WARNINGS)
    own, other = (zh, en) if sheet.language == "zh" else (en, zh)
    entries = [Entry(own, 1.2, bold=True, translation=other), *_both(rng, sheet, world, "warning")]
    if rng.random() < 0.3:
        entries.append(Entry(invent.phone(rng, sheet.language), 0.7))
    ground, head = rng.choice(
        [
            (WHITE, (200, 20, 30)),
            (WHITE, (240, 130, 0)),
            ((250, 210, 0), (20, 20, 20)),
            (WHITE, (20, 70, 160)),
            ((250, 210, 0), (250, 210, 0)),
        ]
    )
    return Sign(entries, ground, head=head, aspect=(0.8, 1.7), outdoors=rng.random() < 0.3)


def _sale(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    entries = _both(rng, sheet, world, "sale")
    percent = rng.randint(1, 18) * 5
    off = (
        [f"{percent // 10 or 1}折"]
        if sheet.language == "zh"
        else [f"{percent}% OFF", f"-{percent}%", f"SAVE {percent}%"]
    )
    if rng.random() < 0.6:
        entries.insert(rng.randint(0, 1), Entry(rng.choice(off), rng.uniform(1.5, 2.5), bold=True))
    if rng.random() < 0.4:
        written = invent.date_style(rng, sheet.language)
        entries.append(Entry(f"{written(invent.moment(rng))}", 0.6))
    return Sign(entries, rng.choice([None, (200, 20, 30), (250, 210, 0)]), aspect=(0.7, 2.2), style="any")


def _shop(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language, corpus = sheet.language, world.corpus
    name = corpus.company(rng, language)
    entries = [Entry(name if rng.random() < 0.7 else name.upper(), rng.uniform(1.4, 2.4), bold=True, kind="title")]
    more = [
        lambda: Entry(corpus.title(rng, language), 0.8),
        lambda: Entry(rng.choice(_sign_words.TEL[language].split("|")) + invent.phone(rng, language), 0.7),
        lambda: Entry(invent.url(rng, language), 0.65),
        lambda: Entry(corpus.street(rng, language), 0.65),
        lambda: Entry(f"Since {rng.randint(1850, 2020)}" if language == "en" else str(rng.randint(1850, 2020)), 0.6),
    ]
    entries += [make() for make in rng.sample(more, rng.choice([0, 0, 1, 1, 2, 3]))]
    return Sign(entries, shape="box", aspect=(1.6, 4.5), style="any", outdoors=rng.random() < 0.3)


def _street(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    word = rng.choice(_sign_words.STREETS[sheet.language].split("|"))
    base = world.corpus.city(rng, sheet.language).split()[0]
    before = sheet.language in ("fr", "es", "it", "pt", "pl")
    glue = "" if sheet.language in ("zh", "nl") else " "
    name = f"{word}{glue}{base}" if before else f"{base}{glue}{word}"
    entries = [Entry(name.upper() if rng.random() < 0.4 else name, 1.4, bold=rng.random() < 0.5)]
    if rng.random() < 0.5:
        low = rng.randint(1, 400)
        tail = rng.choice([f"{low} – {low + rng.randint(2, 40)}", invent.postcode(rng, sheet.language), str(low)])
        entries.append(Entry(tail, 0.7))
    ground = rng.choice([(20, 60, 140), (0, 100, 70), WHITE, (30, 30, 30), (110, 20, 30), None])
    return Sign(entries, ground, aspect=(2.2, 5), outdoors=True, shape=rng.choice(["box", "box", "arrow"]))


def _traffic(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    kind = rng.choice(["limit", "stop", "route", "route", "height"])
    if kind == "limit":
        return Sign(
            [Entry(str(rng.randint(1, 13) * 10), bold=True, colour=BLACK)],
            WHITE,
            "disc",
            aspect=(1, 1),
            outdoors=True,
            largest=0.8,
        )
    if kind == "stop":
        stop = rng.choice(["停", "停车"]) if sheet.language == "zh" else "STOP"
        return Sign(
            [Entry(stop, bold=True, colour=WHITE)], (200, 20, 30), "octagon", aspect=(1, 1), outdoors=True, largest=0.9
        )
    if kind == "height":
        load = rng.choice([f"{rng.randint(20, 49) / 10} m", f"{rng.randint(1, 40)} t", f"{rng.randint(1, 9)} km"])
        return Sign(
            [Entry(load, bold=True, colour=BLACK)],
            WHITE,
            rng.choice(["disc", "triangle"]),
            aspect=(1, 1.1),
            outdoors=True,
        )
    rows = [
        Entry(
            world.corpus.city(rng, sheet.language), right=f"{rng.randint(1, 400)}{rng.choice([' km', ''])}", group="way"
        )
        for _ in range(rng.randint(1, 4))
    ]
    if rng.random() < 0.5:
        rows.insert(0, Entry(f"{rng.choice('ABEGM')}{rng.randint(1, 99)}", 1.1, bold=True))
    ground = rng.choice([(0, 100, 70), (20, 70, 160), WHITE, (250, 210, 0)])
    return Sign(
        rows, ground, aspect=(1.1, 2.4), outdoors=True, arrow=rng.choice(["", "left", "right", "up"]), largest=0.3
    )


def _menu(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language, corpus = sheet.language, world.corpus
    money, count = invent.currency(rng, language), rng.randint(3, 9)
    entries = [Entry(rng.choice(_sign_words.MENUS[language].split("|")), 1.5, bold=True, kind="title")]
    for _ in range(count):
        name = _cut(corpus.product(rng, language), 34)
        entries.append(
            Entry(name, right=money.format(rng.randint(2, 60) * 50 + rng.choice([0, 0, -1, -5])), group="menu")
        )
    ground = rng.choice([(35, 35, 35), (40, 60, 45), (60, 40, 30), WHITE, (250, 245, 225)])
    style = rng.choice(["sans", "serif", "hand"])
    return Sign(entries, ground, "board", "left", (0.75, 1.4), style, largest=0.15)


def _poster(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language, corpus = sheet.language, world.corpus
    date, time = invent.date_style(rng, language), invent.time_style(rng, language)
    when = invent.moment(rng)
    entries = [Entry(corpus.title(rng, language), rng.uniform(1.6, 2.6), bold=True, kind="title")]
    more = [
        Entry(corpus.person(rng, language), 1.2),
        Entry(f"{date(when)} {time(when)}", 1.0, bold=True),
        Entry(corpus.street(rng, language), 0.8),
        Entry(_cut(corpus.sentence(rng, language), 90), 0.65, kind="paragraph"),
        Entry(invent.currency(rng, language).format(invent.cents(rng) % 20000), 1.4, bold=True),
        Entry(invent.url(rng, language), 0.6),
    ]
    entries += sorted(rng.sample(more, rng.randint(2, 5)), key=more.index)
    align = rng.choice(["centre", "centre", "left"])
    return Sign(entries, None, "board", align, (0.62, 0.95), "any", largest=0.2)


def _label(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language, corpus = sheet.language, world.corpus
    weight, contents, before, batch, store = _sign_words.LABELS[language].split("|")
    goods = ", ".join(_cut(corpus.product(rng, language), 18).lower() for _ in range(rng.randint(2, 5)))
    grams = rng.choice(
        [f"{rng.randint(1, 40) * 25} g", f"{rng.randint(1, 9)}.{rng.randint(0, 9)} kg", f"{rng.randint(1, 30) * 50} ml"]
    )
    date = invent.date_style(rng, language)
    entries = [Entry(_cut(corpus.product(rng, language), 40), 1.6, bold=True, kind="title")]
    more = [
        Entry(f"{contents} {goods}", 0.75, kind="paragraph"),
        Entry(f"{weight} {grams}"),
        Entry(f"{before} {date(invent.moment(rng))}"),
        Entry(f"{batch} {invent.code(rng)}", 0.8),
        Entry(store, 0.75, kind="paragraph"),
        Entry(corpus.company(rng, language), 0.75),
    ]
    entries += sorted(rng.sample(more, rng.randint(3, 6)), key=more.index)
    return Sign(entries, rng.choice([WHITE, (250, 245, 225), None]), "board", "left", (0.8, 1.6), largest=0.16)


def _plate(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language, corpus = sheet.language, world.corpus
    if rng.random() < 0.5:
        heading, week, saturday, sunday, closed = _sign_words.HOURS[language].split("|")
        times = [
            f"{rng.randint(6, 11):02d}:{rng.choice(['00', '30'])} – {rng.randint(13, 23)}:{rng.choice(['00', '30'])}"
            for _ in range(2)
        ]
        rows = [Entry(week, right=times[0], group="hours"), Entry(saturday, right=times[1], group="hours")]
        rows.append(Entry(sunday, right=closed, group="hours"))
        return Sign(
            [Entry(heading, 1.2, bold=True, kind="title"), *rows], None, "box", "left", (1.0, 1.8), largest=0.22
        )
    number = rng.choice(
        [
            str(rng.randint(1, 999)),
            f"{rng.choice('ABCDE')}{rng.randint(1, 40)}",
            f"{rng.randint(1, 9)}.{rng.randint(1, 40):02d}",
        ]
    )
    entries = [Entry(number, rng.uniform(1.2, 2.5), bold=True)]
    entries += [Entry(corpus.person(rng, language), 1.0) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.6:
        entries.append(Entry(corpus.job(rng, language), 0.7))
    return Sign(entries, rng.choice([(190, 190, 190), WHITE, (200, 170, 90), None]), aspect=(0.9, 2.2), style="any")


def _price(rng: random.Random, world: World, sheet: Sheet) -> Sign:
    language = sheet.language
    money = invent.currency(rng, language)
    cost = money.format(max(5, invent.cents(rng) % 20000))
    entries = [
        Entry(_cut(world.corpus.product(rng, language), 40), 0.9),
        Entry(cost, rng.uniform(1.8, 2.8), bold=True),
    ]
    if rng.random() < 0.5:
        entries.append(Entry(invent.code(rng), 0.6))
    return Sign(entries, rng.choice([WHITE, (250, 210, 0), (220, 30, 40), None]), aspect=(1.2, 2.2), style="any")


MAKERS: dict[Maker, int] = {
    _notice: 5,
    _warning: 4,
    _sale: 3,
    _shop: 5,
    _street: 3,
    _traffic: 3,
    _menu: 3,
    _poster: 4,
    _label: 3,
    _plate: 3,
    _price: 2,
}
"""How often each kind is seen."""

IN_TWO_LANGUAGES: tuple[Maker, ...] = (_notice, _warning, _sale)
"""Those that say something in English or Chinese with its translation, written or not."""
