/**
 * Lets Perch open without its server: the page and every file it is made of,
 * as of one build, and nothing else. Answers of the API never pass through
 * here, so nobody's data does. One cache a build; the one before it stays for
 * the pages that are still open on it.
 */
declare const self: ServiceWorkerGlobalScope;
export {};

/** Put in by the build: see build-service-worker.ts. */
declare const PERCH_FILES: { build: string; page: string; files: string[] };

const { build, page, files } = PERCH_FILES;
const PREFIX = 'perch-files-';
const PAGE = '/index.html';
/** A proxy whose Perch is not there answers with these. */
const AWAY = new Set([502, 503, 504]);

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (/^\/(?:api|socket)(?:\/|$)/.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(openPage(request));
  else if (files.includes(url.pathname) || url.pathname.startsWith('/assets/'))
    event.respondWith(kept(request, url.pathname));
});

/** All of the build or none of it: a page of another build would ask for files that are not here. */
async function install(): Promise<void> {
  const fresh = await fetch(PAGE, { cache: 'no-cache' });
  const bytes = await fresh.clone().arrayBuffer();
  if (!fresh.ok || (await sha256(bytes)) !== page) throw new Error('another build is being served');
  const cache = await caches.open(PREFIX + build);
  await cache.addAll(files);
  await cache.put(PAGE, fresh);
  // Whoever is on the page before keeps its files, so nobody has to be waited for.
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const others = (await builds()).filter((name) => name !== PREFIX + build);
  for (const name of others.slice(0, -1)) await caches.delete(name);
  await self.clients.claim();
}

/** The server's page where there is a server: after a deploy it is the new one, with the new files. */
async function openPage(request: Request): Promise<Response> {
  const own = () => caches.match(PAGE, { cacheName: PREFIX + build });
  try {
    const answer = await fetch(request);
    if (!AWAY.has(answer.status)) return answer;
    return (await own()) ?? answer;
  } catch (error) {
    const answer = await own();
    if (answer) return answer;
    throw error;
  }
}

/** Names of files say what is in them: whichever build has one, it is the same. */
async function kept(request: Request, path: string): Promise<Response> {
  const own = await caches.match(path, { cacheName: PREFIX + build });
  if (own) return own;
  for (const name of await builds()) {
    const found = path.startsWith('/assets/') && (await caches.match(path, { cacheName: name }));
    if (found) return found;
  }
  return fetch(request);
}

/** In the order they were made. */
async function builds(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
