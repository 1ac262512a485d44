"use strict";

// Local time: the server is told the zone, and what it wrote without knowing it is put right.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const year = 365 * 86400;

// Names of zones and themes have no characters in them that a cookie may not have.
function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax${secure}`;
}

function showLocalTimes(within) {
  const language = document.documentElement.lang;
  const shown = new Intl.DateTimeFormat(`${language}-u-ca-gregory`, { dateStyle: "medium", timeStyle: "short" });
  for (const time of within.querySelectorAll("time[datetime]")) {
    time.textContent = shown.format(new Date(time.dateTime));
  }
}

if (zone && cookie("zone") !== zone) {
  keep("zone", zone);
  showLocalTimes(document);
}

// A form is sent once, its button says what is going on, and nothing on the page changes until the answer is there.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.ariaBusy === "true") {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (form.method !== "post" || !button?.dataset.busy) return;
  form.ariaBusy = "true";
  button.dataset.idle = button.textContent;
  button.textContent = button.dataset.busy;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.querySelector("form[aria-busy=true]")) event.preventDefault();
});

// What is read anew by itself takes no place from what is being sent from within it: that says what has become of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, target } = event.detail;
  if (elt === target && target.querySelector("form:is(.htmx-request, [aria-busy=true])")) event.preventDefault();
});

// What somebody asked for comes where it belongs, though that was read anew in the meantime.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (!detail.target.isConnected) detail.target = document.getElementById(detail.target.id) ?? detail.target;
});

// Back in the history a page comes as it was left.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[aria-busy=true]")) {
    form.ariaBusy = null;
    for (const button of form.querySelectorAll("button[data-idle]")) button.textContent = button.dataset.idle;
  }
});

// Dark or light: as the system has it, until somebody chooses.
const themeSwitch = document.querySelector("[data-theme-switch]");
const root = document.documentElement;
if (themeSwitch) {
  themeSwitch.hidden = false;
  themeSwitch.addEventListener("click", () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    keep("theme", root.dataset.theme);
  });
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js");
