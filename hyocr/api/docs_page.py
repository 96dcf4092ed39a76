"""/docs: Swagger UI from the installed package, so that no other host is asked for anything."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse, Response
from swagger_ui_bundle import swagger_ui_path

router = APIRouter(prefix="/docs", include_in_schema=False)

FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>hyocr API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# This Swagger UI knows OpenAPI up to 3.0. It shows a document of 3.1 as well, once that calls itself 3.0.
START = """fetch("/openapi.json").then((answer) => answer.json()).then((spec) => {
  SwaggerUIBundle({ dom_id: "#docs", spec: { ...spec, openapi: "3.0.3" }, deepLinking: true });
});
"""


@router.get("")
def page() -> Response:
    return HTMLResponse(PAGE, headers=HEADERS)


@router.get("/start.js")
def start() -> Response:
    return Response(START, media_type="text/javascript", headers=HEADERS)


@router.get("/{name}")
def file(name: str) -> Response:
    if name not in FILES:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return FileResponse(swagger_ui_path / name, headers=HEADERS)
