"""A witness over HTTP as C2SP tlog-witness has it, with the real verification behind it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from cleardance.errors import LedgerInvalid
from cleardance.ledger.witness import Witness

TIME_S = 1_771_318_800


@contextmanager
def served(witness: Witness) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            old = int(body.partition("\n")[0].removeprefix("old "))
            if self.path != "/w/add-checkpoint":
                self.reply(404, "")
            elif old != witness.size:
                self.reply(409, f"{witness.size}\n", "text/x.tlog.size")
            else:
                try:
                    self.reply(200, witness.add(body, TIME_S))
                except LedgerInvalid as error:
                    self.reply(422 if "continue" in error.message else 403, error.message)

        def reply(self, status: int, body: str, kind: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/w"
        server.shutdown()
