// Names the fields that search while one types: their library names them by what is chosen, which
// is nothing at first.
"use strict";
function nameSearchFields() {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !box) continue;
    const chosen = box.querySelector(".select2-selection__rendered");
    chosen?.setAttribute("aria-label", label.textContent.trim().replace(/:$/, ""));
    label.id ||= `label-${select.id}`;
    box.setAttribute("aria-labelledby", [label.id, chosen?.id].filter(Boolean).join(" "));
  }
}
// After the library has drawn them: what waits for the document comes in the order it was asked.
window.addEventListener("load", () => window.django?.jQuery?.(nameSearchFields));
