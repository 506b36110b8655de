// One answer. Every word is set as text: what a document says is never read as HTML.
const NARROW = matchMedia("(max-width: 1023px)"); // where page.css puts the proof below the answers
const GROWING_MS = 2000; // that a page takes to be drawn, at most

const ICONS = {
  copy: "M9 9h10v11H9zM5 15V4h10",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  up: "M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2l-1.5 7a2 2 0 0 1-2 1.6H7",
  down: "M17 13V4h3v9zM17 13l-4 8a2 2 0 0 1-2-2v-4H6a2 2 0 0 1-2-2l1.5-7a2 2 0 0 1 2-1.6H17",
};

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = make("textarea", "", text); // pages served without TLS have no clipboard
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function spans(parent, list, data, pick) {
  for (const span of list) {
    if (span.label === null) {
      parent.append(span.strong ? make("strong", "", span.text) : document.createTextNode(span.text));
      continue;
    }
    const known = data.places[span.label];
    const chip = make("button", "chip", span.label);
    chip.type = "button";
    if (!known) chip.classList.add("unknown");
    else {
      chip.title = known.title;
      chip.setAttribute("aria-label", `Evidence ${span.label}: ${known.title}`);
      chip.classList.toggle("unsure", !known.supported);
      chip.classList.toggle("active", data.active === span.label);
      chip.onclick = () => pick(span.label);
    }
    beside(parent, chip);
  }
}

// Keeps a label on the line of the word it follows.
function beside(parent, chip) {
  const before = parent.lastChild;
  const found = before?.nodeType === Node.TEXT_NODE && before.textContent.match(/\S{1,24}\s*$/);
  if (!found) {
    (before?.className === "keep" ? before : parent).append(chip);
    return;
  }
  before.textContent = before.textContent.slice(0, found.index);
  const keep = make("span", "keep", found[0]);
  keep.append(chip);
  parent.append(keep);
}

function prose(data, pick) {
  const root = make("div", data.quoted ? "prose quoted" : "prose");
  let table = null;
  for (const block of data.blocks) {
    if (block.kind === "row" || block.kind === "head") {
      if (!table) {
        const frame = make("div", "table");
        table = make("table");
        frame.append(table);
        root.append(frame);
      }
      const row = make("tr");
      for (const cell of block.cells) {
        const place = make(block.kind === "head" ? "th" : "td");
        spans(place, cell, data, pick);
        row.append(place);
      }
      table.append(row);
      continue;
    }
    table = null;
    const paragraph = make("p", { heading: "head", item: "item" }[block.kind] || "");
    spans(paragraph, block.cells[0], data, pick);
    root.append(paragraph);
  }
  if (data.running) (root.lastElementChild?.tagName === "P" ? root.lastElementChild : root).append(make("span", "caret"));
  return root;
}

function sources(data, pick) {
  const root = make("div", "sources");
  for (const source of data.sources) {
    const card = make("button", "source");
    card.type = "button";
    card.title = source.title;
    card.classList.toggle("active", data.active === source.label);
    card.classList.toggle("wide", Boolean(source.quote));
    const chip = make("span", "chip", source.label);
    chip.classList.toggle("unsure", !source.supported);
    const body = make("span");
    const line = make("span", "name", source.document);
    body.append(line, make("span", "page", `p. ${source.page}`));
    if (source.quote) body.append(make("span", "quote", `“${source.quote}”`));
    card.append(chip, body);
    card.onclick = () => pick(source.label);
    root.append(card);
  }
  return root;
}

function action(name, label, act) {
  const button = make("button");
  button.type = "button";
  button.title = label;
  button.append(icon(name));
  button.onclick = () => act(button);
  return button;
}

function copying(name, label, text) {
  const button = action(name, label, async () => {
    await copy(text());
    caption.textContent = "Copied";
    setTimeout(() => (caption.textContent = label), 1500);
  });
  const caption = make("span", "", label);
  button.append(caption);
  return button;
}

function actions(data, setTriggerValue) {
  const root = make("div", "actions");
  root.append(copying("copy", "Copy", () => data.markdown));
  root.append(copying("link", "Link", () => location.origin + location.pathname + data.link));
  for (const verdict of ["up", "down"]) {
    const label = verdict === "up" ? "A good answer" : "Not a good answer";
    const button = action(verdict, label, () => setTriggerValue("rate", data.verdict === verdict ? "none" : verdict));
    button.setAttribute("aria-pressed", data.verdict === verdict);
    button.classList.toggle("on", data.verdict === verdict);
    root.append(button);
  }
  root.append(make("span", "meta", data.meta));
  return root;
}

// Scrolls to an answer and its question, again while the rest of the page grows, until somebody scrolls or clicks.
function keepInSight(turn) {
  const growing = new ResizeObserver(() => turn.scrollIntoView({ block: "start" }));
  growing.observe(turn.closest("[data-testid=stMainBlockContainer]"));
  const leave = new AbortController();
  const done = () => {
    growing.disconnect();
    leave.abort();
  };
  for (const event of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(event, done, { passive: true, signal: leave.signal });
  setTimeout(done, GROWING_MS);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const pick = (label) => {
    setTriggerValue("pick", label);
    if (NARROW.matches) document.querySelector(".st-key-proof")?.scrollIntoView({ behavior: "smooth", block: "start" });
  };
  const parts = [];
  if (data.searched) parts.push(make("div", "searched", data.searched));
  if (data.note) parts.push(make("div", "note", data.note));
  parts.push(prose(data, pick));
  if (data.warning) parts.push(make("div", "note warn", data.warning));
  if (data.unread) parts.push(make("div", "unread", data.unread));
  if (data.sources.length) parts.push(sources(data, pick));
  if (data.link) parts.push(actions(data, setTriggerValue));
  root.replaceChildren(...parts);
  const opened = data.named && data.link !== root.link && !root.running; // not if it came here: its question is in sight
  Object.assign(root, { link: data.link, running: data.running });
  const turn = root.getRootNode().host?.closest("[class*=st-key-turn_]"); // none while it is exchanged for another
  if (opened && turn) keepInSight(turn);
}
