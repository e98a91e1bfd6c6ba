# SPDX-License-Identifier: Apache-2.0
"""Serves a log's folder as a service does: entries, and the file `newest` in the
place of the checkpoint, for those with the token alone. Prints its port."""
import http.server
import os
import sys

FOLDER, TOKEN = sys.argv[1:3]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        auditor = self.headers.get("Authorization") == "Bearer " + TOKEN
        path = os.path.join(FOLDER, self.path.lstrip("/"))
        if self.path.startswith("/tile/entries/") and not auditor:
            return self.answer(403, b"")
        if self.path == "/broken/checkpoint":
            return self.answer(500, b"")
        if self.path == "/checkpoint" and auditor and os.path.exists(FOLDER + "/newest"):
            path = FOLDER + "/newest"
        if not os.path.isfile(path):
            return self.answer(404, b"")
        with open(path, "rb") as f:
            return self.answer(200, f.read())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
