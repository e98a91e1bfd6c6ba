# SPDX-License-Identifier: Apache-2.0
"""A messenger's store of files, as an HTTP server that can misbehave."""

import http.server
import re
import threading


class Store:
    def __init__(self):
        store = self
        self.files = {}   # by path: bytes
        self.odd = {}     # by path: what it does instead, a function
        self.asked = []   # (path, first, last) of what was sent
        self.tokens = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                store.tokens.add(self.headers.get("Authorization"))
                odd = store.odd.get(self.path)
                if odd is not None and odd(self):
                    return
                data = store.files.get(self.path)
                if data is None:
                    self.give(404, b"no such file")
                    return
                self.give_range(data)

            def give_range(self, data, **headers):
                asked = re.fullmatch(r"bytes=(\d+)-(\d+)",
                                     self.headers.get("Range") or "")
                if asked is None:
                    store.asked.append((self.path, 0, len(data) - 1))
                    self.give(200, data, **headers)
                    return
                first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
                if first > last:
                    self.give(416, b"")
                    return
                store.asked.append((self.path, first, last))
                headers.setdefault("Content_Range", "bytes %d-%d/%d" % (
                    first, last, len(data)))
                self.give(206, data[first:last + 1], **headers)

            def give(self, status, body, **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # who asked has gone

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/files/" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def put(self, name, data):
        """Gives its address."""
        self.files["/files/" + name] = data
        return self.url + name

    def ranges(self, name):
        return [(first, last) for path, first, last in self.asked
                if path == "/files/" + name]
