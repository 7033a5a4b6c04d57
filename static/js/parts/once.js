// A form is sent once: its buttons rest after the first press.  (The server keeps the promise; this keeps the peace.)

export function enhance(form) {
  const buttons = () => form.querySelectorAll('button[type="submit"]:not([formtarget])');

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.submitter?.formTarget) return;
    // Only after this turn: a button disabled at once would not be sent with the form.
    setTimeout(() => buttons().forEach((button) => (button.disabled = true)));
  });

  // Coming back with the browser's own button finds them awake again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) buttons().forEach((button) => (button.disabled = false));
  });
}
