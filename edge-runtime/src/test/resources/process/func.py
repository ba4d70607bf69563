"""A function for tests that speaks Fn's contract with nothing but Python: it runs the body of a call as Python code.

Beside a file bad.py only the body `bad` runs code, that file's, and each other body is its own answer.

The code sees `request` (the HTTP request), may set `answer`, `status` and `headers`, and keeps what it puts into `kept`.
"""
import http.server
import json
import os
import socketserver
import sys
import traceback

kept = {}
BAD = open("bad.py").read() if os.path.exists("bad.py") else None


class Call(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self):
        code = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if BAD is not None:
            code = BAD if code == "bad" else "answer = " + repr(code)
        scope = {"request": self, "kept": kept, "answer": "", "status": 200, "headers": {}}
        try:
            exec(code, scope)
            body = str(scope["answer"]).encode()
        except Exception as e:
            traceback.print_exc()
            scope["status"] = 502
            body = json.dumps({"message": "failed", "detail": repr(e)}).encode()
        if scope["status"] is None:
            return
        self.send_response(scope["status"])
        for name, value in scope["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "platform"

    def log_message(self, *arguments):
        pass


if __name__ == "__main__":
    print("started with", sys.argv[1:], flush=True)
    socket = os.environ["FN_LISTENER"].removeprefix("unix:")
    hidden = os.path.join(os.path.dirname(socket), "hidden.sock")
    server = socketserver.UnixStreamServer(hidden, Call)
    os.chmod(hidden, 0o666)
    os.symlink("hidden.sock", socket)
    server.serve_forever()
