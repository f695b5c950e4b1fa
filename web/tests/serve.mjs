// A server for the site alone, on a port of its own.

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves a folder below /site/, as a host of project pages does: the address of the site, and what ends it. */
export async function serve(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const within = normalize(decodeURIComponent(pathname)).replace(/^\/site/, "");
    let path = join(folder, within);
    if (pathname.startsWith("/site/") && existsSync(path) && statSync(path).isDirectory()) path = join(path, "index.html");
    if (!pathname.startsWith("/site/") || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/site/`, stop: () => server.close() };
}
