(() => {
  const form = document.getElementById("search");
  const list = document.getElementById("acts-list");
  const rows = [...list.querySelectorAll("tbody tr")];
  const told = document.getElementById("search-told");
  const fields = ["text", "side", "kind"].map(name => form.elements[name]);
  const narrow = () => {
    const [text, side, kind] = fields.map(field => field.value.trim().toLowerCase());
    const words = text.split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const says = `${row.textContent.toLowerCase()} ${row.dataset.words}`;
      const fits = (!side || row.dataset.side === side) && (!kind || row.dataset.kind === kind)
        && words.every(word => says.includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    const asked = text || side || kind;
    told.textContent = asked ? `${shown} of ${rows.length} acts` : "";
    if (asked) list.open = true;
  };
  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("input", narrow);
  form.addEventListener("reset", () => setTimeout(narrow));
  narrow();
})();
