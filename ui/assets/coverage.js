// Names with what is to be said of each. Every word is set as text.
function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

export default function ({ data, parentElement }) {
  const rows = data.rows.map((row) => {
    const root = make("div", "row");
    root.append(make("span", "name", row.name));
    for (const mark of row.marks) root.append(make("span", `mark ${mark.kind}`, mark.text));
    return root;
  });
  parentElement.querySelector(".root").replaceChildren(...rows);
}
