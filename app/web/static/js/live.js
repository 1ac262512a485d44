"use strict";

// What is marked with `data-live` is read anew when something happens to it:
//
//   <section id="…" data-live="charge_point CP001, session.created" hx-get="…" hx-trigger="live" hx-swap="outerHTML">
//
// `charge_point` or `session` is any of them, `charge_point CP001` is one, `session.created` is that event of any. An
// element hears of a burst at once and again when it is over, at most once in `data-live-pause` milliseconds.
// While nothing can be heard everything is read anew every few seconds.
const PAUSE = 500;
const ASK_EVERY = 5000;
const LONGEST_WAIT = 30000;
const SAY_LOST_AFTER = 1500;

const live = { lastEvent: "", wait: 500, told: new Map(), timers: new Map(), missed: false, asking: 0, saying: 0 };

function regions() {
  return document.querySelectorAll("[data-live]");
}

function subjects({ type, data }) {
  if (type.startsWith("session.")) return [type, "session", `session ${data.session_id}`];
  return [type, "charge_point", `charge_point ${data.charge_point_id ?? data.id}`];
}

function hear(event) {
  const about = subjects(event);
  for (const region of regions()) {
    if (region.dataset.live.split(",").some((wanted) => about.includes(wanted.trim()))) refreshSoon(region);
  }
}

// A region is known by its id: what is read anew takes its place.
function refreshSoon(region) {
  const { id } = region;
  if (live.timers.has(id)) return;
  const pause = Number(region.dataset.livePause ?? PAUSE);
  const due = (live.told.get(id) ?? -pause) + pause - performance.now();
  live.timers.set(id, setTimeout(() => {
    live.timers.delete(id);
    live.told.set(id, performance.now());
    refresh(document.getElementById(id));
  }, Math.max(0, due)));
}

function refresh(region) {
  if (document.hidden) live.missed = true;
  else region?.dispatchEvent(new CustomEvent("live"));
}

function refreshAll() {
  for (const region of regions()) refreshSoon(region);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !live.missed) return;
  live.missed = false;
  refreshAll();
});

function found() {
  clearInterval(live.asking);
  clearTimeout(live.saying);
  live.asking = live.saying = 0;
  live.wait = 500;
  document.querySelector("[data-live-lost]")?.setAttribute("hidden", "");
}

function lost() {
  live.asking ||= setInterval(refreshAll, ASK_EVERY);
  live.saying ||= setTimeout(() => document.querySelector("[data-live-lost]")?.removeAttribute("hidden"), SAY_LOST_AFTER);
  setTimeout(follow, live.wait * (0.75 + Math.random() / 2));
  live.wait = Math.min(2 * live.wait, LONGEST_WAIT);
}

async function ticket() {
  // The token as it is now: in another tab somebody may have logged in since this page came.
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": cookie("chargebridge_csrf") };
  const answer = await fetch("/api/live/ticket", { method: "POST", headers, body: "{}" });
  // Whoever is not logged in any more is led to the login.
  if (answer.status === 401) location.reload();
  return answer.ok ? answer.json() : null;
}

async function follow() {
  let got = null;
  try {
    got = await ticket();
  } catch {
    // The server cannot be reached: as if it had refused.
  }
  if (!got) {
    lost();
    return;
  }
  const socket = new WebSocket(live.lastEvent ? `${got.url}&last_event_id=${encodeURIComponent(live.lastEvent)}` : got.url);
  socket.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "hello") found();
    // Before the first word something may have happened since the page was made.
    if (event.type === "resync" || (event.type === "hello" && !live.lastEvent)) refreshAll();
    else if (event.type !== "hello") hear(event);
    live.lastEvent = event.id;
  });
  socket.addEventListener("close", lost);
}

if (regions().length && cookie("chargebridge_csrf")) follow();
