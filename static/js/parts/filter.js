// A filter form asks again as soon as a choice is made, and leaves empty fields out of the address.

export function enhance(form) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) {
      if (field.name && field.value === "") field.disabled = true;
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox], [type=radio]") && form.hasAttribute("data-filter-at-once")) {
      form.requestSubmit();
    }
  });
  addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}
