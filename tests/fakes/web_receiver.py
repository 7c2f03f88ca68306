"""Receivers on the web, in memory: whatever is posted to them, by the host that it was meant for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Posted:
    """One request."""

    host: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class WebReceiver:
    """What came, and with what each host answers; 200 where nobody says otherwise."""

    posted: list[Posted] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)

    def at(self, host: str) -> list[Posted]:
        """What came for a host."""
        return [one for one in self.posted if one.host == host]


@contextmanager
def receiving(port: int) -> Iterator[WebReceiver]:
    """A receiver for every host, on a port of this machine."""
    receiver = WebReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.posted.append(Posted(headers["host"], self.path, headers, body))
            self.send_response(receiver.statuses.get(headers["host"], 200))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
