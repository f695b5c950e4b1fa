// Keeps the page, so that it works without a network. What has a hash in its name never changes; everything else is
// asked for first, and taken from here if there is no answer.

declare const self: ServiceWorkerGlobalScope;
// The build puts them in.
declare const VERSION: string;
declare const FILES: string[];

const CACHE = `armbody-${VERSION}`;
const HASHED = /\.[0-9a-f]{16}\.\w+$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  event.respondWith(HASHED.test(url.pathname) ? kept(request) : current(request));
});

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? asked(request);
}

async function current(request: Request): Promise<Response> {
  try {
    return await asked(request);
  } catch (error) {
    const found = await caches.match(request, { ignoreSearch: true });
    if (found) return found;
    throw error;
  }
}

async function asked(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.ok) {
    // Without what follows `#` and `?`: a link holds a text there, which is kept nowhere.
    const { origin, pathname } = new URL(request.url);
    await (await caches.open(CACHE)).put(origin + pathname, response.clone());
  }
  return response;
}

export {};
