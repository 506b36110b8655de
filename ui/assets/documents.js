// The list of documents. Every word is set as text.
const ICONS = {
  retry: "M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5",
  delete: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
};

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function act(name, label, go) {
  const button = make("button", `act ${name}`);
  button.type = "button";
  button.title = label;
  button.setAttribute("aria-label", label);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  button.append(svg);
  button.onclick = (event) => {
    event.stopPropagation();
    go();
  };
  return button;
}

function drawn(row, send) {
  const root = make("tr");
  root.dataset.name = row.name;
  root.onclick = () => send("open", row.id);
  const name = make("td", "name");
  const open = make("button", "open", row.name);
  open.type = "button";
  name.append(open);
  if (row.title) name.append(make("div", "title", row.title));
  if (row.error) name.append(make("div", "error", row.error));
  const state = make("td");
  const badge = make("span", "state");
  badge.append(make("i", `dot ${row.state}`), make("span", "", row.state_text));
  state.append(badge);
  if (row.progress !== null) {
    const track = make("div", "track");
    const fill = make("div", "fill");
    fill.style.width = `${100 * row.progress}%`;
    track.append(fill);
    state.append(track);
  }
  const tags = make("div", "tags");
  for (const each of row.collections) tags.append(make("span", "tag", each));
  const collections = make("td", "wide");
  collections.append(tags);
  const acts = make("td", "acts");
  if (row.retry) acts.append(act("retry", `Read ${row.name} again`, () => send("retry", row.id)));
  acts.append(act("delete", `Delete ${row.name}`, () => send("delete", row.id)));
  root.append(name, state, make("td", "number", row.pages), collections, make("td", "number wide", row.size));
  root.append(make("td", "number wide quiet", row.added), acts);
  return root;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const now = JSON.stringify(data);
  if (root.drawn === now) return;
  root.drawn = now;
  const table = make("table", "table");
  const head = make("tr");
  for (const [name, kind] of [["Name"], ["State"], ["Pages", "number"], ["Collections", "wide"], ["Size", "number wide"], ["Added", "number wide"], [""]])
    head.append(make("th", kind || "", name));
  const top = make("thead");
  top.append(head);
  const body = make("tbody");
  body.append(...data.rows.map((row) => drawn(row, setTriggerValue)));
  table.append(top, body);
  root.replaceChildren(table);
}
