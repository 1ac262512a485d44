"use strict";

// Labels are read on the device: from the camera's pictures or from a photo. Only the text in them is sent, to us.
const LONGEST_SIDE = 1600;
const LOOK_EVERY = 200;

const page = document.querySelector("[data-scan]");
const video = page.querySelector("video");
const wrong = page.querySelector("[data-scan-wrong]");
const cameraButton = page.querySelector("[data-camera]");
const offButton = page.querySelector("[data-camera-off]");
const typed = page.querySelector("[name=uri]");
let camera = null;

function say(text) {
  wrong.textContent = text;
  wrong.hidden = !text;
}

// Whatever is no label of ours the server says in words.
function goThere(text) {
  typed.value = text;
  typed.form.requestSubmit(typed.form.querySelector("button"));
}

async function detector() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

function pixels(source, width, height) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  paper.drawImage(source, 0, 0, canvas.width, canvas.height);
  return paper.getImageData(0, 0, canvas.width, canvas.height);
}

async function read(source, width, height, own) {
  const found = own ? await own.detect(source).catch(() => []) : [];
  if (found.length) return found[0].rawValue;
  const { data, width: columns, height: rows } = pixels(source, width, height);
  return jsQR(data, columns, rows)?.data ?? "";
}

function whyNoCamera({ name }) {
  if (name === "NotAllowedError" || name === "SecurityError") return page.dataset.denied;
  return name === "NotReadableError" || name === "AbortError" ? page.dataset.busyCamera : page.dataset.none;
}

function letGo() {
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = video.srcObject = null;
  video.hidden = offButton.hidden = true;
  cameraButton.hidden = false;
}

async function look() {
  say("");
  cameraButton.disabled = true;
  try {
    camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = camera;
    await video.play();
    video.hidden = offButton.hidden = false;
    cameraButton.hidden = true;
    again(camera, await detector());
  } catch (error) {
    letGo();
    say(whyNoCamera(error));
  } finally {
    cameraButton.disabled = false;
  }
}

async function again(looking, own) {
  if (camera !== looking) return;
  const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight, own) : "";
  if (camera !== looking) return;
  if (!text) {
    setTimeout(again, LOOK_EVERY, looking, own);
    return;
  }
  letGo();
  goThere(text);
}

async function readPhoto({ target }) {
  const [photo] = target.files;
  if (!photo) return;
  say("");
  let picture = null;
  try {
    picture = await createImageBitmap(photo);
  } catch {
    say(page.dataset.noPicture);
  }
  target.value = "";
  if (!picture) return;
  const text = await read(picture, picture.width, picture.height, await detector());
  if (text) goThere(text);
  else say(page.dataset.unreadable);
}

const photo = page.querySelector("#photo");
photo.hidden = page.querySelector("[data-photo]").hidden = false;
photo.addEventListener("change", readPhoto);
cameraButton.addEventListener("click", look);
offButton.addEventListener("click", letGo);
window.addEventListener("pagehide", letGo);
if (navigator.mediaDevices?.getUserMedia) cameraButton.hidden = false;
else say(page.dataset.none);
