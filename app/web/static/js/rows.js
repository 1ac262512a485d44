"use strict";

// Rows of a form, of which there may be any number: added from their template, removed one by one.
let newest = Date.now() % 1000;

document.addEventListener("click", ({ target }) => {
  const row = target.closest("[data-remove-row]")?.closest("[data-row]");
  const rows = target.closest("[data-rows]");
  if (row) {
    row.remove();
  } else if (target.closest("[data-add-row]")) {
    const template = [...rows.children].find((child) => child.tagName === "TEMPLATE");
    const added = template.content.firstElementChild.cloneNode(true);
    newest += 1;
    for (const named of added.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        if (named.hasAttribute(name)) named.setAttribute(name, named.getAttribute(name).replace("__row__", 1000 + newest));
      }
    }
    template.before(added);
    added.querySelector("input, select, textarea")?.focus();
  } else {
    return;
  }
  rows.dispatchEvent(new Event("rows", { bubbles: true }));
});
