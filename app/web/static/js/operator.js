"use strict";

// Rows of a table that are picked: all at once, counted, and nothing to send while there are none.
const picks = "input[type=checkbox][name=charge_point_ids]";

function countPicked() {
  const form = document.querySelector("[data-picked]");
  if (!form) return;
  const all = [...document.querySelectorAll(picks)];
  const picked = all.filter((pick) => pick.checked).length;
  const count = form.querySelector("[data-picked-count]");
  count.textContent = picked;
  count.hidden = false;
  form.hidden = picked === 0 && !form.querySelector(".bad");
  const pickAll = document.querySelector("[data-pick-all]");
  if (!pickAll) return;
  pickAll.hidden = false;
  pickAll.checked = picked > 0 && picked === all.length;
  pickAll.indeterminate = picked > 0 && picked < all.length;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-pick-all]")) {
    for (const pick of document.querySelectorAll(picks)) pick.checked = target.checked;
  }
  if (target.matches(`${picks}, [data-pick-all]`)) countPicked();
});

// A table that was read anew has other rows.
document.addEventListener("htmx:afterSettle", countPicked);
countPicked();

// Buttons that copy what is in an element, where a browser lets pages do that.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const idle = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = idle; }, 2000);
});

// Of many tabs the one that is open is seen, on a narrow screen too.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// The menu's further places close as a menu does: by Escape, and by a press elsewhere.
const more = document.querySelector(".more");

document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape" || !more?.open) return;
  more.open = false;
  more.querySelector("summary").focus();
});

document.addEventListener("click", ({ target }) => {
  if (more && !more.contains(target)) more.open = false;
});
document.querySelector(".often [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
