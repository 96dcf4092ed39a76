"""What every request to the document API passes first: whose it is, from where, and how large it may become."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from hyocr.api.keys import Keys
from hyocr.api.settings import Settings
from hyocr.serve.address import is_loopback
from hyocr.serve.bodies import Room, bounded, replay, whole, with_length
from hyocr.serve.body import MAX_VALUES
from hyocr.serve.refusals import App, Receive, Refused, Scope, Send, answer

UPLOADS = "/v1/files"
GUARDED = "/v1/"
"""Health and documentation are for everyone who can reach the service."""

NO_KEY = "Send your API key as Authorization: Bearer KEY."
ELSEWHERE = (
    "This service is for programs on its own machine, at localhost or 127.0.0.1; start it with an API key for others."
)


class Gate:
    """The outermost middleware. It sets `request.state.tenant`, and answers what it refuses.

    Without keys only requests that name this machine as their host are let in, and no browser's for another site's
    page: a name server can give a stranger's name our address (DNS rebinding), and any page can post a form to it.
    """

    def __init__(self, app: App, settings: Settings, keys: Keys) -> None:
        self.app, self.settings, self.keys = app, settings, keys
        self._room = Room(settings.max_bodies_mb)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":  # closed before it is accepted, which the client sees as a 403
            await send({"type": "websocket.close", "code": 1008})
        else:
            with self._room.held(receive) as receive:  # until the answer is sent: the body is kept as long
                try:
                    scope, receive = await self._let_in(scope, receive)
                except Refused as refused:
                    return await answer(send, refused)
                await self.app(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        headers = dict(scope["headers"])
        if not self.keys:
            _check_neighbour(headers)
        if not scope["path"].startswith(GUARDED):
            return scope, receive  # nothing there reads a body
        tenant = self.keys.tenant(headers.get(b"authorization", b""))
        if tenant is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, NO_KEY, headers={"www-authenticate": "Bearer"})
        scope = {**scope, "state": {**scope.get("state", {}), "tenant": tenant}}
        limits = self.settings
        if scope["path"].rstrip("/") == UPLOADS:  # goes to disk as it comes
            advice = "send a smaller document"
            return scope, bounded(scope, receive, limits.max_upload_mb, limits.body_seconds, advice)
        advice = f"upload the document to {UPLOADS}"
        body = await whole(bounded(scope, receive, limits.max_body_mb, limits.body_seconds, advice))
        if body is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "The body broke off; send it again.")
        if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
            sentence = f"The body has more than {MAX_VALUES} commas and brackets; ask for less at once."
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        return with_length(scope, len(body)), replay(body, receive)


def _check_neighbour(headers: dict[bytes, bytes]) -> None:
    host = headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin", b"").decode("latin-1")
    try:
        name = urlsplit(f"//{host}").hostname or ""
        stranger = bool(origin) and urlsplit(origin).netloc != host
    except ValueError:
        name, stranger = "", True
    if not is_loopback(name) or stranger:
        raise Refused(HTTPStatus.FORBIDDEN, ELSEWHERE)
