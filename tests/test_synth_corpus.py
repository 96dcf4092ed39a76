"""The corpus of the data engine: text for every language with and without files, and a hold-out that holds."""

import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from training.synth.text import is_held_out_word
from training.synth.words import invent
from training.synth.words import lists as corpus_lists
from training.synth.words import pairs as invent_pairs
from training.synth.words.corpus import Corpus
from training.synth.words.files import (
    TextFiles,
    clean,
    is_held_out_document,
    is_held_out_entry,
    is_held_out_formula,
    is_held_out_sentence,
    letters,
)

TEXT = Path(__file__).parents[2] / "shared" / "text"
needs_text = pytest.mark.skipif(not TEXT.is_dir(), reason="no ../shared/text folder here")
ONE_LINE = ("paragraph", "sentence", "title", "person", "company", "street", "city", "product", "job")
WORDS = re.compile(r"[^\W\d_]+")


def everything(corpus: Corpus, seed: int, language: str) -> list[str]:
    """What all methods that depend on a language give, but for translations."""
    rng = random.Random(seed)
    table = corpus.table(rng, language)
    texts = [getattr(corpus, name)(rng, language) for name in ONE_LINE] + corpus.address(rng, language)
    return [*texts, table.title, *table.header, *(cell for row in table.rows for cell in row)]


@pytest.fixture(scope="module")
def corpora():
    return {testing: Corpus(TEXT if TEXT.is_dir() else None, testing) for testing in (False, True)}


@pytest.mark.parametrize("testing", [False, True])
@pytest.mark.parametrize("language", invent.LANGUAGES)
def test_works_without_files(language, testing):
    corpus = Corpus(testing=testing)
    corpus.warm_up()
    for seed in range(40):
        rng = random.Random(seed)
        *texts, _ = everything(corpus, seed, language)
        for text in texts:
            assert text == " ".join(text.split())
            assert unicodedata.is_normalized("NFC", text)
            assert "  " not in text
        assert all(getattr(corpus, name)(rng, language) for name in ONE_LINE)
        assert 1 <= len(corpus.address(rng, language)) <= 4
        table = corpus.table(rng, language)
        assert 2 <= len(table.header) <= 8
        assert 2 <= len(table.rows) <= 20
        assert {len(row) for row in table.rows} == {len(table.header)}
        assert all(len(cell) <= 40 for row in (table.header, *table.rows) for cell in row)
        assert corpus.formula(rng, display=bool(seed % 2))
        assert corpus.line(rng, 20)


@pytest.mark.parametrize("language", invent_pairs.LANGUAGES)
def test_translations_without_files(language):
    seen = {}
    for testing in (False, True):
        corpus = Corpus(testing=testing)
        assert language in corpus.translations
        page = corpus.page(random.Random(1), "en", language)
        assert page[0].kind == "h2"
        assert 5 <= len(page) <= 25
        back = corpus.page(random.Random(1), language, "en")
        assert [(row.source, row.target) for row in back] == [(row.target, row.source) for row in page]
        seen[testing] = {corpus.pair(random.Random(seed), language, "en") for seed in range(500)}
    assert len(seen[False]) == 54
    assert len(seen[True]) == 6
    assert not seen[False] & seen[True]


def test_translations_need_english_and_text():
    with pytest.raises(ValueError, match="one of the two languages must be 'en'"):
        Corpus().page(random.Random(0), "de", "fr")
    with pytest.raises(LookupError, match=r"give a text folder with pairs_docs, or ask for one of zh, de, fr, es$"):
        Corpus().pair(random.Random(0), "en", "pl")
    with pytest.raises(LookupError, match="no language 'xx'"):
        Corpus().pair(random.Random(0), "en", "xx")


def test_same_seed_same_text_in_any_process():
    script = (
        "import random; from training.synth.words.corpus import Corpus\n"
        "rng, corpus = random.Random(5), Corpus(testing=True)\n"
        "print(ascii([(corpus.paragraph(rng, x), corpus.table(rng, x), corpus.address(rng, x)) for x in ('pl', 'zh')]))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    rng, corpus = random.Random(5), Corpus(testing=True)
    here = [(corpus.paragraph(rng, x), corpus.table(rng, x), corpus.address(rng, x)) for x in ("pl", "zh")]
    assert runs[0].strip() == ascii(here)


def test_values():
    assert invent.Money("$", True, ".", ",").format(-123456) == "-$1,234.56"
    assert invent.Money("zł", False, ",", " ").format(7) == "0,07 zł"
    assert invent.Money("USD", True, ".", ",").format(100000000) == "USD 1,000,000.00"
    assert invent.Money("", True, ",", ".").format(1234567) == "12.345,67"
    day = datetime(2024, 5, 3, 0, 7, 9)
    dates = {
        language: {invent.date_style(random.Random(seed), language)(day) for seed in range(300)}
        for language in invent.LANGUAGES
    }
    assert {"2024年5月3日", "2024-05-03", "2024年5月3日 星期五"} <= dates["zh"]
    assert {"May 3, 2024", "Friday, 3 May 2024", "03/05/2024", "05/03/2024"} <= dates["en"]
    assert {"3. Mai 2024", "03.05.2024"} <= dates["de"]
    assert {"3 de mayo de 2024", "3 maja 2024", "3 mei 2024"} <= dates["es"] | dates["pl"] | dates["nl"]
    times = {invent.time_style(random.Random(seed), "en")(day) for seed in range(100)}
    assert times == {"00:07", "00:07:09", "12:07 AM", "12:07:09 AM", "12:07AM", "0007 hrs"}
    assert len(set(invent.HAN)) == 3755


@pytest.mark.parametrize("language", ["en", "zh", "pl"])
@pytest.mark.parametrize("length", [20, 100, 300, 2000])
def test_paragraphs_are_about_as_long_as_asked(language, length):
    corpus = Corpus()
    lengths = [len(corpus.paragraph(random.Random(seed), language, length)) for seed in range(60)]
    assert all(0.4 * length <= found <= 1.5 * length + 60 for found in lengths)
    assert 0.85 * length <= sum(lengths) / len(lengths) <= 1.2 * length + 2


def words_of(texts: list[str]) -> set[str]:
    return {word for text in texts for word in WORDS.findall(text)}


@pytest.mark.parametrize("folder", [None, pytest.param(TEXT, marks=needs_text)])
@pytest.mark.parametrize("language", ["de", "pl"])
def test_training_has_no_held_out_word_and_testing_has(folder, language, corpora):
    for testing in (False, True):
        corpus = corpora[testing] if folder else Corpus(testing=testing)
        held_out = [word for seed in range(60) for word in words_of(everything(corpus, seed, language))]
        share = sum(map(is_held_out_word, held_out)) / len(held_out)
        assert share > 0.1 if testing else share == 0
        if testing:  # names are of the held-out vocabulary: what is printed with them may be usual
            cities = [corpus.city(random.Random(seed), language) for seed in range(100)]
            assert sum(any(map(is_held_out_word, WORDS.findall(city))) for city in cities) > 90


def test_swapped_words_keep_their_capitals():
    corpus = Corpus()
    word = next(filter(is_held_out_word, (f"wor{a}{b}" for a in "abcdef" for b in "abcdefghijklm")))
    text = corpus._checked(random.Random(1), f"{word.upper()}, {word.capitalize()}: {word}! 5{word}5 它{word}它", "en")
    match = re.fullmatch(r"([A-Z]+), ([A-Z][a-z]+): ([a-z]+)! 5([a-z]+)5 它([a-z]+)它", text)
    assert match
    assert not any(map(is_held_out_word, match.groups()))


def write_folder(folder: Path) -> None:
    """A small text folder with a held-out document and another one."""
    names = [f"osg/document-{number}" for number in range(200)]
    held, kept = next(filter(is_held_out_document, names)), next(n for n in names if not is_held_out_document(n))
    (folder / "pairs_docs").mkdir()
    (folder / "prose_docs").mkdir()
    rows = ["doc\tblock\ttype\ten\tde"]
    for name, mark in ((held, "Verborgener"), (kept, "Sichtbarer")):
        rows += (f"{name}\t{n}\tp\tA long enough {mark} {n}.\tEin {mark} Absatz mit der Nummer {n}." for n in range(8))
    (folder / "pairs_docs/en-de.tsv").write_text("\n".join(rows), encoding="utf-8")
    blocks = [
        f"Ein ganz anderer Absatz, Block {n}.\nEin {mark} Absatz mit der  Nummer {n}."
        for mark in ("Verborgener", "Sichtbarer")
        for n in range(8)
    ]
    (folder / "prose_docs/de.txt").write_text("\n\n".join(blocks), encoding="utf-8")


def test_prose_of_held_out_documents_is_found_by_its_paragraphs(tmp_path):
    write_folder(tmp_path)
    for testing, mark, other in ((False, "Sichtbarer", "Verborgener"), (True, "Verborgener", "Sichtbarer")):
        corpus = Corpus(tmp_path, testing)
        page = corpus.page(random.Random(0), "de", "en")
        assert all(mark in row.source and mark in row.target and row.kind == "p" for row in page)
        assert int(page[1].source[-2]) == int(page[0].source[-2]) + 1
        text = "\n".join(line for block in corpus.files.prose("de") for line in block)
        assert f"Ein {mark} Absatz mit der Nummer 1." in text
        assert testing or other not in text  # testing also has a few blocks by hash
        assert not corpus.files.documents("fr")
        assert corpus.paragraph(random.Random(0), "fr")


@needs_text
@pytest.mark.parametrize("language", ["de", "zh"])
def test_held_out_documents_stay_out_of_training(language, corpora):
    rows = (TEXT / f"pairs_docs/en-{language}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    sides = {False: set(), True: set()}
    for name, _, _, english, other in (row.split("\t") for row in rows):
        sides[is_held_out_document(name)] |= {clean(english), clean(other)}
    secret = {text for text in sides[True] - sides[False] if len(letters(text)) >= 25}
    training, testing = corpora[False].files, corpora[True].files
    assert not secret & {line for block in training.prose(language) for line in block}
    assert secret & {line for block in testing.prose(language) for line in block}
    for files in (training, testing):
        shown = {
            text for document in files.documents(language) for row in document for text in (row.source, row.target)
        }
        assert bool(secret & shown) == files.testing


@needs_text
def test_sentences_formulas_tables_and_names_are_split(corpora):
    training, testing = corpora[False].files, corpora[True].files
    for language in ("zh", "de"):
        assert not any(is_held_out_sentence(english) for english, _ in training.sentence_pairs(language))
        assert len(testing.sentence_pairs(language)) > 1000
        assert all(is_held_out_sentence(english) for english, _ in testing.sentence_pairs(language))
    for display in (False, True):
        drawn = {corpora[False].formula(random.Random(seed), display) for seed in range(300)}
        assert not any(map(is_held_out_formula, drawn))
        assert len(testing.formulas(display)) > 50
    assert not {table.rows for table in training.tables("zh")} & {table.rows for table in testing.tables("zh")}
    assert testing.tables("zh")
    for kind in ("first", "last", "city"):
        assert not any(map(is_held_out_entry, training.entries(kind, "de")))
        assert testing.entries(kind, "de")


@needs_text
def test_lists_are_found_where_they_should_be():
    files = TextFiles(TEXT, testing=False)
    counts = {
        (kind, language): len(files.entries(kind, language))
        for kind in corpus_lists.KINDS
        for language in ("en", "zh", "pt")
    }
    missing = {key for key, count in counts.items() if not count}
    assert missing == {("street", "en"), ("street", "zh"), ("company", "pt"), ("product", "pt")}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("prose_docs/de.txt", "Gr\xfc\xdfe".encode("latin-1"), r"de\.txt is not UTF-8 text: save it as UTF-8"),
        ("prose_docs/de.txt", None, r"de\.txt cannot be read \(Is a directory\)"),
        (
            "pairs_docs/en-de.tsv",
            b"doc\tblock\ttype\ten\tde\na\t1\tp\tno German",
            r"en-de\.tsv, line 2: expected 5 columns",
        ),
        ("pairs_tatoeba/en-de.tsv", b"Hello.\tHallo.\nBye.", r"en-de\.tsv, line 2: expected 2 columns .* found 1"),
        ("latex_oiwiki/formulas.tsv", b"inline\tx", r"formulas\.tsv, line 1: expected 3 columns"),
        ("lists_faker/de_DE.json", b'{"person":\n{', r"de_DE\.json, line 2: this is not JSON"),
        ("lists_faker/de_DE.json", b"[]", r"de_DE\.json: expected a JSON object"),
        ("tables_markdown/tables.jsonl", b'{"lang": "de"}', r'tables\.jsonl, line 1: expected JSON with "header"'),
        (
            "tables_markdown/tables.jsonl",
            b'{"header": [1], "rows": []}',
            r"tables\.jsonl, line 1: expected lists of text cells",
        ),
        ("tables_markdown/tables.jsonl", b'{"header": [], "rows": ["ab"]}', r"line 1: expected lists of text cells"),
        ("tables_markdown/tables.jsonl", b"\n{", r"tables\.jsonl, line 2: expected JSON"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.parent.mkdir()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=sentence) as caught:
        Corpus(tmp_path).warm_up(("de",))
    assert "\n" not in str(caught.value)


def test_absent_folder_and_empty_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no text folder"):
        Corpus(tmp_path / "nothing")
    assert everything(Corpus(tmp_path), 1, "fr") == everything(Corpus(), 1, "fr")


def test_tables_lose_markup_and_get_capitals(tmp_path):
    (tmp_path / "tables_markdown").mkdir()
    raw = {
        "header": ["rank of `y`", "when", "formula"],
        "rows": [["**1**", "07 / 01 / 1961", "$x$"], ["2", "3 - 4"], ["2", "1960 - 69", ""], ["o'neil", "", ""]],
    }
    other = raw | {"header": ["rank", "date", "formula"]}  # one in twenty is held out: not both of these
    text = "\n".join(map(json.dumps, [raw, other]))
    (tmp_path / "tables_markdown/tables.jsonl").write_text(text, encoding="utf-8")
    table = Corpus(tmp_path).files.tables("en")[0]
    assert table.header == ("rank of y", "when")
    assert table.rows == (("1", "07/01/1961"), ("2", "1960-69"), ("o'neil", ""))
    tables = [Corpus(tmp_path).table(random.Random(seed)) for seed in range(60)]
    heads = {table.header[0] for table in tables if table.header[0].casefold() == "rank of y"}
    assert {"Rank Of Y", "RANK OF Y", "Rank of y"} == heads
