"""What stands in a table's columns: heads, labels, numbers with their totals, dates, codes, short texts, formulas."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from training.synth.engine import World
from training.synth.words import invent
from training.synth.words.vocabulary import COLUMNS, MONTHS

HEADS = {
    "en": "Total|Average|Max.|Min.|Length|Width|Weight|Score|Rate|Result|Index|Share|Value|Cost|Change|Count|Mean|Std.",
    "de": "Summe|Mittelwert|Max.|Min.|Länge|Breite|Gewicht|Punkte|Rate|Ergebnis|Index|Anteil|Wert|Kosten|Anzahl",
    "fr": "Total|Moyenne|Max.|Min.|Longueur|Largeur|Poids|Score|Taux|Résultat|Indice|Part|Valeur|Coût|Écart|Nombre",
    "es": "Total|Media|Máx.|Mín.|Longitud|Ancho|Peso|Puntos|Tasa|Resultado|Índice|Cuota|Valor|Coste|Cambio|Número",
    "it": "Totale|Media|Max|Min|Lunghezza|Larghezza|Peso|Punti|Tasso|Risultato|Indice|Quota|Valore|Costo|Numero",
    "pt": "Total|Média|Máx.|Mín.|Comprimento|Largura|Peso|Pontos|Taxa|Resultado|Índice|Quota|Valor|Custo|Número",
    "nl": "Totaal|Gemiddelde|Max.|Min.|Lengte|Breedte|Gewicht|Score|Tarief|Resultaat|Index|Aandeel|Waarde|Kosten",
    "pl": "Razem|Średnia|Maks.|Min.|Długość|Szerokość|Waga|Wynik|Stawka|Wskaźnik|Udział|Wartość|Koszt|Zmiana|Liczba",
    "zh": "合计|平均值|最大值|最小值|长度|宽度|重量|得分|比率|结果|指数|占比|数值|成本|变化|人数|面积|产量|增长率",
}
TOTALS = {
    "en": "Total|Sum|TOTAL|Grand total|All",
    "de": "Summe|Gesamt|Insgesamt",
    "fr": "Total|Somme|Ensemble",
    "es": "Total|Suma|TOTAL",
    "it": "Totale|Somma|TOTALE",
    "pt": "Total|Soma|TOTAL",
    "nl": "Totaal|Som",
    "pl": "Razem|Suma|Ogółem",
    "zh": "合计|总计|小计|总和",
}
_YES_NO = {
    "en": "Yes No Pass Fail Open Closed",
    "de": "Ja Nein",
    "fr": "Oui Non",
    "es": "Sí No",
    "it": "Sì No",
    "pt": "Sim Não",
    "nl": "Ja Nee",
    "pl": "Tak Nie",
    "zh": "是 否 合格 不合格 有 无",
}
_UNITS = ("%", "kg", "mm", "cm", "km", "m²", "ms", "s", "°C", "kW", "mg/l", "GB", "MHz", "h", "€", "USD", "‰", "N/mm²")
_EMPTY = ("", "", "-", "–", "—", "n/a", "N/A", "*", "0", "/")


@dataclass(frozen=True)
class Column:
    """A head, the cells beneath it, and what they add up to ("" where that makes no sense)."""

    head: str
    cells: tuple[str, ...]
    total: str = ""


class Maker:
    """Makes columns of one table, its numbers, dates and prices all written in the same way."""

    def __init__(self, rng: random.Random, world: World, language: str, rows: int) -> None:
        self.rng, self.corpus, self.language, self.rows = rng, world.corpus, language, rows
        self.money = invent.currency(rng, language)
        self.date = invent.date_style(rng, language)
        self.time = invent.time_style(rng, language)
        self.units = rng.random() < 0.4
        numeric = [self._integers, self._decimals, self._percentages, self._prices, self._deviations]
        texts = [self._dates, self._times, self._codes, self._choices, self._ranges, self._notes, self._years]
        self.kinds: list[Callable[[], Column]] = rng.sample(numeric, 3) * 3 + texts
        if rng.random() < 0.05:
            self.kinds += [self._formulas] * 4

    def labels(self) -> Column:
        """What the rows are about: names, goods, places, words, months, years or numbers."""
        rng, corpus, language = self.rng, self.corpus, self.language
        sources: list[Callable[[], str]] = [
            lambda: corpus.person(rng, language),
            lambda: corpus.product(rng, language),
            lambda: corpus.city(rng, language),
            lambda: corpus.company(rng, language),
            lambda: corpus.job(rng, language),
            lambda: self._words(rng.randint(1, 4)),
            lambda: invent.code(rng),
        ]
        draw = rng.random()
        if draw < 0.08 and self.rows <= 12:
            start = rng.randint(0, 12 - self.rows)
            return Column(self._head(2), tuple(MONTHS[language].split()[start : start + self.rows]))
        if draw < 0.16:
            return self._numbered()
        source = rng.choice(sources)
        return Column(self._head(1), tuple(source() for _ in range(self.rows)))

    def values(self) -> Column:
        """Any column beside the first."""
        return self.rng.choice(self.kinds)()

    def number(self, value: float, decimals: int) -> str:
        """A number as the table writes numbers."""
        return f"{value:,.{decimals}f}".translate({ord(","): self.money.thousands, ord("."): self.money.decimal})

    def empty(self) -> str:
        """What stands where nothing is known."""
        return self.rng.choice(_EMPTY)

    def group(self) -> str:
        """A head over several columns or rows."""
        rng, language = self.rng, self.language
        if rng.random() < 0.15:
            return str(rng.randint(1950, 2035))
        return rng.choice([self._head(0), self._words(2), self.corpus.city(rng, language)])

    def total(self) -> str:
        """The label of a row of totals."""
        return self.rng.choice(TOTALS[self.language].split("|"))

    def _head(self, known: int, unit: str = "") -> str:
        """A usual head, `known` of COLUMNS now and then, or an invented one, perhaps with a unit."""
        rng, language = self.rng, self.language
        draw = rng.random()
        if draw < 0.25 and known:
            head = COLUMNS[language].split("|")[known]
        elif draw < 0.6:
            head = rng.choice(HEADS[language].split("|"))
        else:
            head = self._words(rng.choice([1, 1, 2, 3]))
        if unit and self.units:
            head += rng.choice([f" ({unit})", f" [{unit}]", f" / {unit}", f" ({unit})"])
        return head

    def _words(self, count: int) -> str:
        """Up to so many words of a headline, or twice as many Chinese characters."""
        title = self.corpus.title(self.rng, self.language)
        return title[: 2 * count] if self.language == "zh" else " ".join(title.split()[:count])

    def _column(self, head: str, cell: Callable[[], str]) -> Column:
        return Column(head, tuple(cell() for _ in range(self.rows)))

    def _integers(self) -> Column:
        most = 10 ** self.rng.randint(1, 7)
        values = [self.rng.randint(0, most) for _ in range(self.rows)]
        total = self.number(sum(values), 0)
        return Column(self._head(5, self.rng.choice(_UNITS)), tuple(self.number(value, 0) for value in values), total)

    def _decimals(self) -> Column:
        rng, places = self.rng, self.rng.randint(1, 3)
        scale = 10 ** rng.randint(0, 4)
        sign = rng.choice(["", "", "", "+"])
        low = -scale if sign or rng.random() < 0.2 else 0

        def cell() -> str:
            value = rng.uniform(low, scale)
            return (sign if value > 0 else "") + self.number(value, places)

        return self._column(self._head(0, rng.choice(_UNITS)), cell)

    def _percentages(self) -> Column:
        places, sign = self.rng.randint(0, 2), self.rng.choice(["%", "%", " %", ""])
        head = self._head(0, "%") if sign else self._head(0) + " (%)"
        return self._column(head, lambda: self.number(self.rng.uniform(0, 100), places) + sign)

    def _prices(self) -> Column:
        values = [invent.cents(self.rng) for _ in range(self.rows)]
        return Column(self._head(4), tuple(map(self.money.format, values)), self.money.format(sum(values)))

    def _deviations(self) -> Column:
        rng, places, form = self.rng, self.rng.randint(1, 3), self.rng.choice(["{}±{}", "{} ± {}", "{} ({})"])
        scale = 10 ** rng.randint(0, 3)

        def cell() -> str:
            value = rng.uniform(0, scale)
            return form.format(self.number(value, places), self.number(value * rng.uniform(0.001, 0.2), places))

        return self._column(self._head(0, rng.choice(_UNITS)), cell)

    def _dates(self) -> Column:
        return self._column(self._head(3), lambda: self.date(invent.moment(self.rng)))

    def _times(self) -> Column:
        return self._column(self._head(0), lambda: self.time(invent.moment(self.rng)))

    def _codes(self) -> Column:
        return self._column(self._head(0), lambda: invent.code(self.rng))

    def _choices(self) -> Column:
        options = self.rng.choice(
            [_YES_NO[self.language].split(), list("ABCDE"), ["✓", "✗"], ["✓", ""], ["+", "–", "++"]]
        )
        return self._column(self._head(0), lambda: self.rng.choice(options))

    def _ranges(self) -> Column:
        rng, dash = self.rng, self.rng.choice(["-", "–", " - ", "~", "/", ":"])
        most = rng.choice([9, 100, 5000])
        return self._column(self._head(0), lambda: f"{rng.randint(0, most)}{dash}{rng.randint(0, most)}")

    def _notes(self) -> Column:
        most = self.rng.choice([2, 4, 8])
        return self._column(self._head(1), lambda: self._words(self.rng.randint(1, most)))

    def _years(self) -> Column:
        return self._column(self._head(3), lambda: str(self.rng.randint(1900, 2035)))

    def _formulas(self) -> Column:
        """Few of a table's cells: a formula costs as much as all its other text."""
        chosen = self.rng.sample(range(self.rows), min(self.rows, 3))
        cells = [f"${self.corpus.formula(self.rng, display=False)}$" if y in chosen else "" for y in range(self.rows)]
        return Column(self._head(0), tuple(cell or str(self.rng.randint(0, 99)) for cell in cells))

    def _numbered(self) -> Column:
        start, form = self.rng.choice([1, 1, self.rng.randint(1, 2000)]), self.rng.choice(["{}", "{}", "{}.", "({})"])
        return Column(self._head(0), tuple(form.format(start + row) for row in range(self.rows)))
