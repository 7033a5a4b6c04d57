// Signing out forgets the words this tab kept for the reader.

import { forgetAll } from "./kept.js";

export function enhance(form) {
  form.addEventListener("submit", forgetAll);
}
