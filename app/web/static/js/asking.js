"use strict";

// Before what hurts the server has something to ask: here in a dialog, and without this script on a page. Forms that it
// may be asked about are marked `data-asks`; whether it is, and what, only the server knows.
const toBeSent = new WeakSet();

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-asks]") || form.ariaBusy === "true" || toBeSent.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.ariaBusy = "true"; // so that it is still there when the answer is
  const question = await questionAbout(form, submitter);
  form.ariaBusy = null;
  if (question) {
    ask(question);
  } else {
    toBeSent.add(form);
    form.requestSubmit(submitter);
  }
}, true);

// Whatever else is answered, or nothing, the form is sent as it is: what goes wrong is told on a page.
async function questionAbout(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  try {
    const request = { method: "POST", headers: { "Ask-Only": "yes" }, body, redirect: "manual" };
    const answer = await fetch(form.getAttribute("action"), request);
    return answer.status === 200 ? await answer.text() : "";
  } catch {
    return "";
  }
}

function ask(question) {
  const dialog = document.createElement("dialog");
  dialog.role = "alertdialog";
  dialog.setAttribute("aria-labelledby", "question");
  dialog.setAttribute("aria-describedby", "question-text");
  dialog.innerHTML = question;
  dialog.querySelector("[data-leave]").addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
