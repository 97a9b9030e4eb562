"""A small web server on the standard library alone."""
import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/":
            self.answer(200, "text/plain; charset=utf-8", f"Hello from {os.environ.get('APP', 'python-hello')} in Python\n")
        elif path == "/healthz":
            self.answer(200, "text/plain; charset=utf-8", "ok\n")
        elif path == "/env":
            self.answer(200, "application/json", json.dumps({"names": sorted(os.environ)}) + "\n")
        else:
            self.answer(404, "text/plain; charset=utf-8", "not found\n")

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *args):
        print(form % args, flush=True)


server = ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print(f"listening on {server.server_address[1]}", flush=True)
server.serve_forever()
server.server_close()
print("stopped", flush=True)
