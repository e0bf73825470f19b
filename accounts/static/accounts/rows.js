// One more row for a field of rows; without this there are three to spare.
for (const field of document.querySelectorAll("[data-rows]")) {
  const button = field.querySelector("[data-add-row]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const last = field.querySelector("tbody tr:last-child");
    const row = last.cloneNode(true);
    for (const input of row.querySelectorAll("input")) input.value = "";
    for (const select of row.querySelectorAll("select")) select.selectedIndex = 0;
    last.after(row);
    row.querySelector("input").focus();
  });
}
