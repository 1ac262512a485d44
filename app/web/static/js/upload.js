"use strict";

// Forms that send a file: how far it is, and what went wrong said in the place of the answer.
const uploads = "form[data-upload]";

function bar(form) {
  return form.querySelector("progress");
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.requestConfig.elt.matches(uploads)) return;
  detail.shouldSwap = true;
  detail.isError = false;
});

document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const form = target.closest(uploads);
  if (!form || !detail.lengthComputable) return;
  bar(form).hidden = false;
  bar(form).max = detail.total;
  bar(form).value = detail.loaded;
});

document.addEventListener("htmx:afterRequest", ({ target }) => {
  const form = target.closest(uploads);
  if (form) bar(form).hidden = true;
});
