"""The app in a browser: who is let in, and how much one may ask for."""

from __future__ import annotations

import asyncio
import json
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from inrcodec.tui.access import COLUMNS, LINES, SESSIONS, Access, screen_size

ECHO = """
import json, os, sys
def send(words):
    sys.stdout.buffer.write(b"D" + len(words).to_bytes(4, "big") + words)
    sys.stdout.buffer.flush()
sys.stdout.write("__GANGLION__\\n"); sys.stdout.flush()
send(f"{os.environ['COLUMNS']}x{os.environ['ROWS']}".encode())
while (kind := sys.stdin.buffer.read(1)):
    words = sys.stdin.buffer.read(int.from_bytes(sys.stdin.buffer.read(4), "big"))
    if kind == b"M" and json.loads(words)["type"] == "quit":
        break
    send(kind + words)
"""


def test_only_the_printed_address_is_answered() -> None:
    access = Access(8765)
    path = f"/{access.token}/"
    assert access.address == f"http://127.0.0.1:8765{path}"
    assert len(access.token) >= 24
    assert access.token != Access(8765).token
    own = "http://127.0.0.1:8765"
    assert access.refusal(path, "127.0.0.1:8765", None, upgrade=False) is None
    assert access.refusal(path, "localhost:8765", own, upgrade=True) is None
    for host in ("evil.example:8765", "127.0.0.1", "localhost:80", "127.0.0.1:8765,evil.example", ""):
        assert access.refusal(path, host, own, upgrade=False)
    for origin in ("http://evil.example", "null", "http://localhost", "https://127.0.0.1:8765", f"{own},{own}", ""):
        assert access.refusal(path, "localhost:8765", origin, upgrade=False)
    assert access.refusal(path, "localhost:8765", None, upgrade=True)
    for other in ("/", "*", "", "//", "/ws", "/static/js/textual.js", path[:-2], path.upper(), "/é/"):
        assert access.refusal(other, "localhost:8765", own, upgrade=False)
    assert "localhost" in Access(80).hosts


def test_screens_are_bounded() -> None:
    assert screen_size("100", 30) == (100, 30)
    assert screen_size(10**9, -5) == (COLUMNS[-1], LINES[0])
    for odd in (None, "", "many", "²", "9" * 5000, [1], 1.5):
        assert screen_size(odd, odd) == (80, 24)


Script = Callable[[Any, str, dict[str, str]], Awaitable[None]]


def served(script: Script) -> None:
    """Run a script of requests against a server on a free port of this computer."""
    pytest.importorskip("textual_serve")
    import aiohttp
    from aiohttp import web

    from inrcodec.tui.serving import Sessions

    async def run() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        access = Access(port)
        sessions = Sessions(shlex.join([sys.executable, "-c", ECHO]), "<set> [b]", access)
        runner = web.AppRunner(sessions.application(), shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            async with aiohttp.ClientSession() as client:
                await script(client, access.address, {"Origin": f"http://127.0.0.1:{port}"})
        finally:
            await runner.cleanup()

    asyncio.run(run())


def test_pages_from_elsewhere_get_nothing() -> None:
    async def script(client: Any, address: str, own: dict[str, str]) -> None:
        import aiohttp

        root = address.rsplit("/", 2)[0]
        for url, headers in (
            (f"{root}/", {}),
            (f"{root}/static/js/textual.js", {}),
            (address, {"Host": "evil.example"}),
            (address, {"Origin": "http://evil.example"}),
        ):
            async with client.get(url, headers=headers) as answer:
                assert answer.status == 403
        async with client.post(address, headers=own) as answer:
            assert answer.status == 403
        for url, headers in (
            (f"{root}/ws", own),
            (f"{address}ws", {}),
            (f"{address}ws", {"Origin": "http://evil.example"}),
            (f"{address}ws", {**own, "Host": "evil.example"}),
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(url, headers=headers)
            assert refused.value.status == 403

    served(script)


def test_the_page_asks_no_other_host_and_escapes_its_title() -> None:
    async def script(client: Any, address: str, own: dict[str, str]) -> None:
        async with client.get(f"{address}?fontsize=%22onload") as answer:
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "&lt;set&gt; [b]" in page
        assert 'data-font-size="16"' in page
        assert "http://" not in page.replace("ws://", "")
        assert "https://" not in page
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        for part in ("css/xterm.css", "js/textual.js", "fonts/RobotoMono-VariableFont_wght.ttf"):
            async with client.get(f"{address}static/{part}") as answer:
                assert answer.status == 200

    served(script)


def test_sessions_and_their_screens_are_bounded() -> None:
    async def script(client: Any, address: str, own: dict[str, str]) -> None:
        import aiohttp

        url = f"{address}ws?width=100000&height=100000"
        screens = [await client.ws_connect(url, headers=own) for _ in range(SESSIONS)]
        for screen in screens:
            assert await screen.receive_bytes(timeout=20) == f"{COLUMNS[-1]}x{LINES[-1]}".encode()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(url, headers=own)
        assert refused.value.status == 503
        screen = screens[0]
        for nonsense in ("{", "[]", "3", '["resize", {"width": "x"}]', '["stdin", 3]', '["quit", 1]', "null"):
            await screen.send_str(nonsense)
        await screen.send_str(json.dumps(["resize", {"width": 10**12, "height": 1}]))
        told = await screen.receive_bytes(timeout=20)
        assert told[:1] == b"M"
        assert json.loads(told[1:]) == {"type": "resize", "width": COLUMNS[-1], "height": LINES[0]}
        await screen.send_str(json.dumps(["stdin", "q"]))
        assert await screen.receive_bytes(timeout=20) == b"Dq"
        await screen.close()
        for _ in range(200):  # until its process is gone
            try:
                again = await client.ws_connect(f"{address}ws?width=90&height=20", headers=own)
                break
            except aiohttp.WSServerHandshakeError:
                await asyncio.sleep(0.1)
        assert await again.receive_bytes(timeout=20) == b"90x20"

    served(script)


def test_fifty_quick_connections_start_no_more_than_a_few_screens() -> None:
    async def script(client: Any, address: str, own: dict[str, str]) -> None:
        import aiohttp

        async def connected() -> Any:
            try:
                return await client.ws_connect(f"{address}ws?width=80&height=20", headers=own)
            except aiohttp.WSServerHandshakeError as refused:
                return refused.status

        found = await asyncio.gather(*(connected() for _ in range(50)))
        screens = [one for one in found if not isinstance(one, int)]
        assert len(screens) == SESSIONS
        assert found.count(503) == 50 - SESSIONS
        for screen in screens:
            assert await screen.receive_bytes(timeout=20) == b"80x20"
            await screen.close()
        async with client.get(address) as answer:  # and it is alive
            assert answer.status == 200

    served(script)


def test_a_port_that_is_taken_is_one_line(small_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("textual_serve")
    from inrcodec.cli.app import main

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["browse", str(small_set), "--serve", "--port", str(port)]) == 2
    assert f"--port {port}" in capsys.readouterr().err
