// Warns before typed words are left behind, and puts back those that never reached the portal.

import { forget, keep, recall, send } from "./kept.js";

const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const isKept = (field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type);

function read(form) {
  const values = {};
  for (const field of [...form.elements].filter(isKept)) {
    (values[field.name] ??= []).push(isChoice(field) ? field.checked : field.value);
  }
  return JSON.stringify(values);
}

function write(form, text) {
  const values = JSON.parse(text);
  for (const field of [...form.elements].filter(isKept)) {
    const value = values[field.name]?.shift();
    if (value === undefined) continue;
    if (isChoice(field)) field.checked = value;
    else field.value = value;
  }
}

export function enhance(form) {
  const key = `kept ${location.pathname} ${form.id}`;
  const notice = form.querySelector("[data-draft-notice]");
  const isRefused = document.querySelector(".error-summary") !== null;
  const shown = read(form);
  const before = recall(key);
  // The words as the portal last had them; a refused form shows typed ones in their place.
  const atFirst = isRefused ? (before?.atFirst ?? null) : shown;
  const isDirty = () => read(form) !== atFirst;
  let isSending = false;
  let timer;

  // Only onto the very words they were written over: what somebody has changed since is not covered up.
  if (before && !isRefused && notice && before.atFirst === atFirst && before.text !== atFirst) {
    write(form, before.text);
    notice.hidden = false;
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      write(form, atFirst);
      forget(key);
      notice.hidden = true;
    });
  }

  const keepNow = () => {
    clearTimeout(timer);
    if (isDirty()) keep(key, { atFirst, text: read(form) });
    else forget(key);
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keepNow, 500);
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget) return;
    isSending = true;
    keepNow();
    send(key);
  });
  addEventListener("pagehide", () => {
    if (!isSending) keepNow();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) isSending = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSending && isDirty()) event.preventDefault();
  });
}
