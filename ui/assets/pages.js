// A document's pages, coloured by how each was read.
function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const now = JSON.stringify(data);
  if (root.drawn === now) return;
  root.drawn = now;
  if (root.document !== data.document) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
  root.document = data.document;
  const top = root.querySelector(".strip")?.scrollTop || 0;
  const strip = make("div", "strip");
  for (const page of data.pages) {
    const leaf = make("button", `leaf ${page.kind}`, page.page);
    leaf.type = "button";
    leaf.title = page.title;
    if (page.page === data.now) leaf.classList.add("now");
    leaf.onclick = () => setTriggerValue("open", page.page);
    strip.append(leaf);
  }
  const legend = make("div", "legend");
  for (const each of data.legend) {
    const entry = make("span");
    entry.append(make("i", `leaf ${each.kind}`), document.createTextNode(each.text));
    legend.append(entry);
  }
  root.replaceChildren(strip, legend);
  strip.scrollTop = top;
}
