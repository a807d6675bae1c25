"""Who may use the app that is served in a browser, and how much of it: pages from elsewhere in that browser may not.

A browser sends requests to this computer for any page that it shows. Such a page does not know the token, cannot hide
its `Origin`, and one that has its own name point here (DNS rebinding) cannot hide its `Host`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
SESSIONS = 4  # at once; each is a process with the file open
COLUMNS, LINES = range(20, 501), range(6, 201)  # of a screen
MESSAGE = 1 << 16  # bytes of one from the browser


@dataclass(frozen=True)
class Access:
    """The port that is served, and the token that stands in the address."""

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def address(self) -> str:
        """For the user's browser."""
        return f"http://{LOOPBACK}:{self.port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What `Host` may say."""
        names = LOOPBACK, "localhost"
        return tuple(f"{name}:{self.port}" for name in names) + (names if self.port == 80 else ())

    def refusal(self, path: str, host: str, origin: str | None, *, upgrade: bool) -> str | None:
        """Why a request is not answered, or None; a connection (`upgrade`) has to say where it comes from."""
        if host not in self.hosts:
            return "this name is not served"
        if origin not in {f"http://{name}" for name in self.hosts} and (origin is not None or upgrade):
            return "pages from elsewhere are not served"
        if not secrets.compare_digest(path.lstrip("/").partition("/")[0].encode(), self.token.encode()):
            return "open the address that browse --serve printed, with all its letters"
        return None

    def headers(self) -> Mapping[str, str]:
        """Nothing is asked of other hosts, nobody frames the page, and its address is told to nobody."""
        sockets = " ".join(f"ws://{name}" for name in self.hosts)
        return {
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data:; font-src 'self'; connect-src {sockets}; frame-ancestors 'none'; base-uri 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }


def screen_size(width: object, height: object) -> tuple[int, int]:
    """(columns, lines) as near to what was asked for as is allowed; 80 x 24 for what is no number."""
    return _within(width, 80, COLUMNS), _within(height, 24, LINES)


def _within(asked: object, usual: int, allowed: range) -> int:
    if isinstance(asked, str) and asked.isascii() and asked.isdigit() and len(asked) < 9:
        asked = int(asked)
    if not isinstance(asked, int):
        return usual
    return min(allowed[-1], max(allowed[0], asked))
