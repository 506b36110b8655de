// Rows of bars with a legend. Every word is set as text.
function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

export default function ({ data, parentElement }) {
  const sums = data.rows.map((row) => row.parts.reduce((sum, part) => sum + part.size, 0));
  const longest = Math.max(...sums, 1e-9);
  const rows = data.rows.map((row, place) => {
    const root = make("div", row.label ? "row" : "row bare");
    const track = make("div", "track");
    const whole = data.scale === "sum" ? sums[place] || 1 : longest;
    for (const part of row.parts.filter((part) => part.size > 0)) {
      const bar = make("div", `part k${part.kind}`);
      bar.style.width = `${(100 * part.size) / whole}%`;
      if (part.title) bar.title = `${part.title}: ${part.size.toLocaleString()}`;
      track.append(bar);
    }
    if (row.label) root.append(make("div", "label", row.label));
    root.append(track);
    if (row.label) root.append(make("div", "value", row.value));
    return root;
  });
  const legend = make("div", "legend");
  for (const each of data.legend) {
    const entry = make("div");
    entry.append(make("i", `dot k${each.kind}`), make("b", "", each.value), make("span", "", ` ${each.name}`));
    legend.append(entry);
  }
  parentElement.querySelector(".root").replaceChildren(...rows, ...(data.legend.length ? [legend] : []));
}
