"""TEDS and TEDS-S: tree edit distance based similarity of two HTML tables.

    TEDS(Ta, Tb) = 1 - EditDist(Ta, Tb) / max(|Ta|, |Tb|)

Zhong, ShafieiBavani and Jimeno Yepes 2020, arXiv 1911.10683, section 5, with the rules of the authors' published
metric, so that its scores come out to the last digit:

* The tree is the first table of the page down to its `td`; `thead`, `tbody` and `th` are nodes like any other, and only
  a `td` has content. A benchmark that counts `th` as `td` rewrites the HTML first.
* Inserting or removing a node costs 1. Changing one into another costs 1 if tag, colspan or rowspan differ, else the
  Levenshtein distance of the two contents over the longer one's length. TEDS-S drops the contents.
* A content's tokens are its characters and the opening and closing tags in it (`<b>` is one token).
* |T| is the number of elements below `table`, those inside cells included, the `table` itself not. So tags inside cells
  dilute the errors (a wrong table with 250 `<b>` in one cell scores 0.98): a reward removes them first.

A table that is missing or cannot be found in the HTML scores 0. A flat tree against a deep one can score below 0, as in
the published metric.

The time of the tree edit distance grows with the product of the two sizes and worse (APTED: cubic; 440 elements took
3 s on a slow core, 880 took 21 s, 1,400 took 79 s), so tables over MAX_NODES or MAX_CHARACTERS are refused rather than
left to run for hours. HTML that nests deeper than libxml2 allows (256 elements in 2.14) is cut off there.
"""

from __future__ import annotations

from apted import APTED, Config
from lxml import etree, html
from rapidfuzz.distance import Levenshtein

MAX_NODES = 2000  # elements of one table, those inside cells included
MAX_CHARACTERS = 500_000  # of one table's HTML


class _Node:
    """A node of the tree as apted wants it: anything with `children`."""

    __slots__ = ("children", "content", "label")

    def __init__(self, label: tuple[str, int, int], content: tuple[str, ...]) -> None:
        self.label = label  # tag, colspan, rowspan
        self.content = content
        self.children: list[_Node] = []


class _Costs(Config):  # type: ignore[misc]  # apted has no types
    """Costs 1 to insert and to delete (inherited) and the cost of changing one node into another."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], float] = {}  # apted asks for the same two nodes again and again

    def rename(self, node1: _Node, node2: _Node) -> float:
        if node1.label != node2.label:
            return 1.0
        if node1.content == node2.content:
            return 0.0
        pair = id(node1), id(node2)
        if pair not in self._known:
            self._known[pair] = Levenshtein.normalized_distance(node1.content, node2.content)
        return self._known[pair]


def teds(prediction: str, truth: str, structure_only: bool = False, max_nodes: int = MAX_NODES) -> float:
    """TEDS (TEDS-S with `structure_only`) of two pages of HTML, of which the first table counts; at most 1.

    Raises ValueError if one of the tables has more than `max_nodes` elements or MAX_CHARACTERS; a reward, which is
    called far more often than a benchmark, sets a lower limit.
    """
    predicted, true = _table(prediction, "predicted"), _table(truth, "true")
    if predicted is None or true is None:
        return 0.0
    for table, which in ((predicted, "predicted"), (true, "true")):
        if _size(table) > max_nodes:
            raise ValueError(
                f"TEDS compares tables of at most {max_nodes} elements; the {which} one has {_size(table)}."
            )
    a, b = _tree(predicted, structure_only), _tree(true, structure_only)
    if _listed(a) == _listed(b):  # the most frequent case of a good model, and the slow one of APTED
        return 1.0
    return 1.0 - float(APTED(a, b, _Costs()).compute_edit_distance()) / max(_size(predicted), _size(true))


def teds_or_zero(prediction: str, truth: str, structure_only: bool = False, max_nodes: int = MAX_NODES) -> float:
    """TEDS in 0..1: 0 where `teds` is below 0, a cut that is ours, and where the tables are too large to compare."""
    try:
        return max(0.0, teds(prediction, truth, structure_only, max_nodes))
    except ValueError:
        return 0.0


def _table(page: str, which: str) -> etree._Element | None:
    """The first table in the HTML, or None."""
    if len(page) > MAX_CHARACTERS:
        raise ValueError(f"TEDS reads HTML of at most {MAX_CHARACTERS} characters; the {which} one has {len(page)}.")
    # Bytes, because lxml refuses a str with an encoding declaration in it.
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=False)
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser).find(".//table")
    except etree.ParserError:  # nothing but white space, comments or a declaration
        return None


def _size(table: etree._Element) -> int:
    return sum(1 for _ in table.iterdescendants())


def _tree(table: etree._Element, structure_only: bool) -> _Node:
    """The tree from `table` down to the cells."""
    root = _Node((table.tag, 0, 0), ())
    todo = [(table, root)]
    while todo:  # no recursion: HTML nests as deep as its writer likes
        element, node = todo.pop()
        for child in element:
            if child.tag == "td":
                label = "td", _span(child.get("colspan")), _span(child.get("rowspan"))
                node.children.append(_Node(label, () if structure_only else _tokens(child)))
            else:
                node.children.append(_Node((child.tag, 0, 0), ()))
                todo.append((child, node.children[-1]))
    return root


def _listed(root: _Node) -> list[tuple[tuple[str, int, int], tuple[str, ...], int]]:
    """Every node with its number of children, in an order in which these fix the tree."""
    nodes = [root]
    for node in nodes:  # grows while it is walked
        nodes += node.children
    return [(node.label, node.content, len(node.children)) for node in nodes]


def _span(value: str | None) -> int:
    """A colspan or rowspan; 1 where it is absent or no number."""
    try:
        return int(value or "1")
    except ValueError:
        return 1


def _tokens(cell: etree._Element) -> tuple[str, ...]:
    """The characters and tags inside a cell."""
    tokens: list[str] = []
    for event, element in etree.iterwalk(cell, events=("start", "end")):
        if event == "start":
            tokens += [f"<{element.tag}>", *(element.text or "")]
            continue
        if element.tag != "unk":  # PubTabNet's mark for an unknown character has no closing tag
            tokens.append(f"</{element.tag}>")
        if element.tag != "td":  # text after a cell is no cell's, be it a cell of a table in a cell
            tokens += element.tail or ""
    return tuple(tokens[1:-1])
