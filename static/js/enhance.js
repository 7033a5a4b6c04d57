// Finds data-enhance="name name …" and loads parts/<name>.js for each; every page works without any of them.
//
// A part exports `enhance(element)`.  Parts hold no words: whatever is said stands, hidden, in the page.

import { settle } from "./parts/kept.js";

settle();

for (const element of document.querySelectorAll("[data-enhance]")) {
  for (const name of element.dataset.enhance.split(/\s+/)) {
    if (/^[a-z_]+$/.test(name)) {
      import(`./parts/${name}.js`).then((part) => part.enhance(element));
    }
  }
}
