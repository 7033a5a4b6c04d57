// The way back to the page as it was left, with what was typed; as a link it would be asked for anew, and empty.

export function enhance(link) {
  link.hidden = false;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    history.back();
  });
}
