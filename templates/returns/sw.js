// Shows the entry page of a return again without a line. Keeps nothing but these pages and the files they need.
"use strict";
var PAGES = "returns-pages-1", FILES = "returns-files-1";
var ENTRY = /^\/returns\/\d+\/$/;
var PATIENCE = 6000;

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) {
  event.waitUntil(caches.keys().then(function (keys) {
    return Promise.all(keys.filter(function (key) { return key.indexOf("returns-") === 0 && key !== PAGES && key !== FILES; }).map(function (key) { return caches.delete(key); }));
  }).then(function () { return self.clients.claim(); }));
});

// The page says who it belongs to: copies of anybody else go first.
self.addEventListener("message", function (event) {
  var told = event.data || {};
  if (!told.user || !ENTRY.test(told.page || "")) return;
  event.waitUntil(dropOthers(told.user).then(function () {
    return fetch(told.page, { credentials: "same-origin", redirect: "manual" }).then(function (answer) { return keepPage(told.page, answer); });
  }).then(function () { return caches.open(FILES); }).then(function (files) {
    return Promise.all((told.files || []).filter(isOurs).map(function (url) { return files.match(url).then(function (known) { return known || files.add(url); }); }));
  }).catch(function () { /* without a line there is nothing new to keep */ }));
});
function isOurs(url) { return new URL(url).origin === self.location.origin; }
function dropOthers(user) {
  return caches.open(PAGES).then(function (pages) {
    return pages.keys().then(function (keys) {
      return Promise.all(keys.map(function (key) {
        return pages.match(key).then(function (page) { return page && page.headers.get("X-Offline-Copy") === user ? null : pages.delete(key); });
      }));
    });
  });
}
function keepPage(path, answer) {
  if (answer.type === "opaqueredirect") return caches.delete(PAGES);
  return caches.open(PAGES).then(function (pages) {
    if (answer.ok && answer.headers.get("X-Offline-Copy")) return pages.put(path, answer);
    return answer.status < 500 ? pages.delete(path) : null;
  });
}

self.addEventListener("fetch", function (event) {
  var request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && ENTRY.test(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (request.mode !== "navigate" && /\.(css|js|svg|woff2)$/.test(url.pathname) && url.pathname !== "/returns/sw.js") event.respondWith(file(request));
});
function page(request, path) {
  var answer = fetch(request).then(function (found) {
    return keepPage(path, found.clone()).then(function () { return found; }, function () { return found; });
  });
  var kept = caches.open(PAGES).then(function (pages) { return pages.match(path); });
  return first(answer, kept).catch(function () {
    return new Response("<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'><title>{{ title|escapejs }}</title><body style='font:16px/1.6 sans-serif;max-width:34em;margin:15vh auto;padding:0 1em'><h1>{{ title|escapejs }}</h1><p>{{ words|escapejs }}</p>", { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  });
}
function file(request) {
  var answer = fetch(request).then(function (found) {
    if (found.ok) { var copy = found.clone(); caches.open(FILES).then(function (files) { return files.put(request, copy); }).catch(function () { /* the disk is full */ }); }
    return found;
  });
  return first(answer, caches.open(FILES).then(function (files) { return files.match(request); }));
}
// The server's answer; when it fails or takes too long, the copy; without a copy, the answer however late.
function first(answer, kept) {
  return kept.then(function (copy) {
    if (!copy) return answer;
    return Promise.race([answer, new Promise(function (resolve) { setTimeout(function () { resolve(copy); }, PATIENCE); })]).catch(function () { return copy; });
  });
}
