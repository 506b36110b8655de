// Names and values. Every word is set as text.
export default function ({ data, parentElement }) {
  const rows = data.map((fact) => {
    const row = document.createElement("div");
    row.className = "row";
    for (const text of [fact.name, fact.value]) {
      const cell = document.createElement("span");
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  });
  parentElement.querySelector(".root").replaceChildren(...rows);
}
