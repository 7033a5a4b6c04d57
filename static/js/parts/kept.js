// Words typed and not yet taken by the portal, kept in this tab (sessionStorage) until they are.
//
// They stand under the page's address with the reader's name: closing the tab or signing out forgets them, and
// another reader in the same tab never sees them.

const reader = document.body.dataset.reader ?? "";
const SENT = "sent";
let isLeaving = false;

export function recall(key) {
  const found = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (found && found.reader !== reader) {
    forget(key);
    return null;
  }
  return found;
}

export function keep(key, words) {
  if (isLeaving) return;
  try {
    sessionStorage.setItem(key, JSON.stringify({ reader, ...words }));
  } catch {
    // More than the browser keeps: the page still warns before they are left.
  }
}

export function forget(key) {
  sessionStorage.removeItem(key);
}

// The reader is signing out: nothing is kept, and nothing more will be from this page.
export function forgetAll() {
  isLeaving = true;
  sessionStorage.clear();
}

// The form kept under `key` is on its way to the portal.
export function send(key) {
  try {
    sessionStorage.setItem(SENT, key);
  } catch {
    // As above.
  }
}

// What was sent is forgotten when the answer is neither a refusal nor the sign-in page; else it stays for next time.
export function settle() {
  const key = sessionStorage.getItem(SENT);
  if (key === null) return;
  sessionStorage.removeItem(SENT);
  const isRefused = document.querySelector("[data-refused], .error-summary") !== null;
  if (!isRefused && reader !== "") forget(key);
}
