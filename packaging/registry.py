#!/usr/bin/env python3
"""An npm registry of the packages in a folder, for tests without a network: `registry.py FOLDER` prints its address."""

import base64
import hashlib
import http.server
import json
import sys
import tarfile
from pathlib import Path
from urllib.parse import unquote

folder = Path(sys.argv[1])
tarballs = {path.name: path.read_bytes() for path in folder.glob("*.tgz")}
packages = {}
for name in tarballs:
    with tarfile.open(folder / name) as archive:
        package = json.load(archive.extractfile("package/package.json"))
    packages.setdefault(package["name"], []).append((name, package))


class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = unquote(self.path.split("?")[0]).lstrip("/")
        if path in tarballs:
            return self.answer(200, "application/octet-stream", tarballs[path])
        if path not in packages:
            return self.answer(404, "application/json", b'{"error":"not found"}')
        versions = {}
        for file, package in packages[path]:
            digest = base64.b64encode(hashlib.sha512(tarballs[file]).digest()).decode()
            dist = {"tarball": f"http://{self.headers['Host']}/{file}", "integrity": f"sha512-{digest}"}
            versions[package["version"]] = {**package, "dist": dist}
        about = {"name": path, "dist-tags": {"latest": max(versions)}, "versions": versions}
        return self.answer(200, "application/json", json.dumps(about).encode())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
