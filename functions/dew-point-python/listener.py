"""Fn's contract with a function, in the standard library of Python: POST /call over the Unix socket FN_LISTENER.

Fn's own FDK for Python does this too, and more; with it, func.py would have a handler(ctx, data) and this file would go.
"""

import http.server
import os
import socketserver
import traceback


def serve(handle):
    """Calls handle(headers, body), which returns headers and body, for each call; for ever."""

    class Listener(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, (headers, answer) = 200, handle(self.headers, body)
            except Exception:
                traceback.print_exc()
                status, headers, answer = 502, {}, b""  # Fn: the function failed, its process is kept
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_request(self, *_):
            pass

        def address_string(self):
            return "fn"  # a Unix socket has no address

    socket = os.environ["FN_LISTENER"].removeprefix("unix:")
    made = socket + ".made"
    with socketserver.UnixStreamServer(made, Listener) as server:
        os.chmod(made, 0o666)
        os.symlink(os.path.basename(made), socket)  # only now it is there, and it listens
        server.serve_forever()
