"""The app in a web browser on this computer: textual-serve's page and process, behind a door of our own."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from inrcodec.tui.access import LOOPBACK, MESSAGE, SESSIONS, Access, screen_size

STATIC = Path(textual_serve.__file__).parent / "static"
PAGE = Path(__file__).with_suffix(".html")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(command: str, title: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve `command`, a line for the shell that runs the app, until Ctrl-C; OSError where the port is taken."""
    access = Access(port)
    line = f"open {access.address} in a browser on this computer; Ctrl-C ends it"
    application = Sessions(command, title, access).application()

    def listening(_: str) -> None:
        announce(line)

    web.run_app(application, host=LOOPBACK, port=port, print=listening, access_log=None, shutdown_timeout=5)


class Sessions:
    """The routes of the page, and the processes behind them."""

    def __init__(self, command: str, title: str, access: Access) -> None:
        self._command, self._title, self._access = command, title, access
        self._open: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """Everything stands below the token; what is not let in gets no further than the door."""

        async def door(request: web.Request, handler: Answer) -> web.StreamResponse:
            return await self._door(request, handler)

        application = web.Application(middlewares=[web.middleware(door)])
        below = f"/{self._access.token}"
        application.add_routes(
            [
                web.get(f"{below}/", self._page),
                web.get(f"{below}/ws", self._session),
                web.static(f"{below}/static", STATIC),
            ]
        )
        application.on_shutdown.append(self._close)
        return application

    async def _door(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        upgrade = "upgrade" in request.headers.getall("Connection", [""])[0].lower()
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        origin = ",".join(origins) if origins else None
        refusal = self._access.refusal(request.path, ",".join(hosts), origin, upgrade=upgrade)
        if refusal is not None or request.method != "GET":
            return web.Response(status=403, text=refusal or "only GET", headers=self._access.headers())
        response = await handler(request)
        if not response.prepared:
            response.headers.update(self._access.headers())
        return response

    async def _page(self, request: web.Request) -> web.Response:
        font = request.query.get("fontsize", "16")
        told = {
            "title": self._title,
            "socket": f"ws://{request.host}/{self._access.token}/ws",
            "font": font if font.isascii() and font.isdigit() and len(font) < 3 else "16",
        }
        page = PAGE.read_text("utf-8")
        for name, value in told.items():
            page = page.replace("{{" + name + "}}", html.escape(value))
        return web.Response(text=page, content_type="text/html")

    async def _session(self, request: web.Request) -> web.StreamResponse:
        """One screen: a process of its own, until the browser leaves."""
        if len(self._open) >= SESSIONS:
            return web.Response(status=503, text=f"{SESSIONS} screens are open; close one first")
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=MESSAGE)
        self._open.add(socket)
        try:
            await socket.prepare(request)
            service = AppService(
                self._command,
                write_bytes=socket.send_bytes,
                write_str=socket.send_str,
                close=partial(_end, socket),
                download_manager=DownloadManager(),
            )
            await service.start(*screen_size(request.query.get("width"), request.query.get("height")))
            try:
                async for message in socket:
                    if message.type == WSMsgType.TEXT:
                        await _pass_on(message, service, socket)
            finally:
                await service.stop()
        finally:
            self._open.discard(socket)
        return socket

    async def _close(self, application: web.Application) -> None:
        for socket in list(self._open):
            await socket.close()


async def _end(socket: web.WebSocketResponse) -> None:
    await socket.close()


async def _pass_on(message: Any, service: Any, socket: Any) -> None:
    """What a browser may say: typed text, the size of its screen, and whether it is looked at; all else is dropped."""
    with contextlib.suppress(ValueError):
        match message.json():
            case ["stdin", str(typed)]:
                await service.send_bytes(typed.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await service.set_terminal_size(*screen_size(width, height))
            case ["ping", str(when)]:
                await socket.send_json(["pong", when])
            case ["blur"]:
                await service.blur()
            case ["focus"]:
                await service.focus()
