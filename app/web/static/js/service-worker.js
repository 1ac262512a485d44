"use strict";

// Keeps static files, whose addresses change with their content, and nothing else: no page, no answer of the API.
const KEPT = "static-1";
const MOST = 60;

self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isStatic = url.origin === location.origin && url.pathname.startsWith("/static/") && url.searchParams.has("v");
  if (event.request.method === "GET" && isStatic) event.respondWith(fromStore(event.request));
});

async function fromStore(request) {
  const store = await caches.open(KEPT);
  const kept = await store.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await store.put(request, answer.clone());
    const all = await store.keys();
    await Promise.all(all.slice(0, Math.max(0, all.length - MOST)).map((old) => store.delete(old)));
  }
  return answer;
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}
