// Shows what Markdown will read like, below the field; without this the button opens the preview in a new tab.
//
// The words come from the server, rendered and cleaned by what renders the saved text; nothing is rendered here.

export function enhance(box) {
  const button = box.querySelector("button[formaction]");
  const area = box.querySelector("[data-preview-area]");
  const words = box.querySelector("[data-preview-words]");
  const failed = box.querySelector("[data-preview-failed]");

  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const form = button.form;
    const text = new FormData(form);
    const sent = new FormData();
    for (const name of ["csrf_token", document.getElementById(box.dataset.previewField).name]) {
      if (text.has(name)) sent.append(name, text.get(name));
    }
    sent.append(button.name, button.value);
    try {
      const answer = await fetch(box.dataset.previewUrl, { method: "POST", body: sent, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-preview-result]") ?? page.body;
      words.replaceChildren(...found.childNodes);
      failed.hidden = true;
      area.hidden = false;
      area.focus();
    } catch {
      failed.hidden = false;
    }
  });
}
