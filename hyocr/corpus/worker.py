"""What runs in the processes of a run: `read` reads pieces, `count` opens documents to count their pages."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread

from hyocr.corpus.child import inbox
from hyocr.errors import HyocrError, InputError


def read(descriptor: int) -> None:
    """Takes a Reading and then Pieces; sends ("ready", how many pieces it reads at once), for each page ("page", (the
    document's id, PageResult)), or ("fatal", a sentence).
    """
    connection = Connection(descriptor)
    messages = inbox(connection)
    from hyocr.corpus.work import engine_is_gone, load_reader, pieces_at_once, read_piece  # after inbox, which watches

    sending = Lock()

    def send(kind: str, content: object) -> None:
        with sending:
            connection.send((kind, content))

    def work() -> None:
        try:
            while True:
                piece = messages.get()
                for result in read_piece(reader, reading, piece):
                    if engine_is_gone(result):
                        os._exit(1)  # as if this process had died of the page: the pool starts another
                    send("page", (piece.document, result))
        except HyocrError as error:
            send("fatal", str(error))
        except Exception as error:
            send("fatal", f"A worker failed ({type(error).__name__}: {error}); please report it.")

    reading = messages.get()
    try:
        reader = load_reader(reading)
    except HyocrError as error:
        return send("fatal", str(error))
    places = pieces_at_once(reading)
    send("ready", places)
    for _ in range(places - 1):
        Thread(target=work, daemon=True).start()
    work()


def count(descriptor: int) -> None:
    """Takes paths; sends the number of pages of each, or the sentence why it cannot be opened."""
    connection = Connection(descriptor)
    messages = inbox(connection)
    from hyocr.sources import open_source

    while True:
        path = messages.get()
        try:
            pages = open_source(Path(path))
            pages.close()
            connection.send(pages.total)
        except InputError as error:
            connection.send(str(error))
        except Exception as error:
            connection.send(f"Opening the file met a fault, report it: {type(error).__name__}: {error}")
