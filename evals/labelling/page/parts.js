// What the page is made of. Everything that comes from a table is put in as text, never as markup.
const chip = /\[((?:[A-Z]+_)?[A-Z]+)_([0-9]+)\]/;
const first_labels = 5;

const write = (element, text) => {
  let rest = text;
  for (let match = chip.exec(rest); match; match = chip.exec(rest)) {
    const masked = document.createElement("span");
    masked.className = "chip";
    masked.title = "masked";
    masked.textContent = `${match[1]} ${match[2]}`;
    element.append(rest.slice(0, match.index), masked);
    rest = rest.slice(match.index + match[0].length);
  }
  element.append(rest);
};

export const make = (name, kind, text) => {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  if (text !== undefined) write(element, text);
  return element;
};

export const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[_\-/.,;:]+/g, " ");

const rank = (label, means, words) => {
  const name = plain(label);
  const all = `${name} ${plain(means)}`;
  if (!words.every((word) => all.includes(word))) return -1;
  return name.startsWith(words.join(" ")) ? 0 : words.every((word) => name.includes(word)) ? 1 : 2;
};

// Labels as [label, meaning], with their probabilities, in the order in which they are shown, and the digit of each.
// Few labels keep their places; of many, the likeliest stand first. Where labels are digits, each has its own.
export const listed = (labels, likely, typed) => {
  const words = plain(typed).split(" ").filter(Boolean);
  const is_numbered = labels.some(([label]) => /^[0-9]$/.test(label));
  let list = labels.map(([label, means]) => ({ label, means, share: likely[label], rank: rank(label, means, words) }));
  if (words.length) list = list.filter((one) => one.rank >= 0).sort((one, other) => one.rank - other.rank);
  else if (labels.length > 9 && Object.keys(likely).length) {
    const top = [...list].sort((one, other) => (other.share ?? 0) - (one.share ?? 0)).slice(0, first_labels);
    list = [...top, ...list.filter((one) => !top.includes(one))];
  }
  const digit = (one, place) => (is_numbered ? (/^[0-9]$/.test(one.label) ? one.label : "") : place < 9 ? String(place + 1) : "");
  return list.map((one, place) => ({ ...one, key: digit(one, place) }));
};

export const label_row = (one, place, is_marked, is_chosen, pick) => {
  const row = make("li", is_marked ? "marked" : "");
  row.id = `label-${place}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", String(is_chosen));
  const likely = make("span", "likely");
  if (one.share !== undefined) {
    const track = make("span", "track");
    const fill = make("span", "fill");
    fill.style.width = `${100 * one.share}%`;
    track.append(fill);
    likely.append(track, make("b", "", `${Math.round(100 * one.share)} %`));
  }
  row.append(make("kbd", "", one.key), make("span", "", one.label), likely);
  if (one.means) row.append(make("span", "means", one.means));
  row.addEventListener("click", () => pick(one.label));
  return row;
};

// `name` is called where the event can be named as evidence.
export const event_row = (event, name, is_named) => {
  const row = make("div", "event");
  const line = make("div", "line");
  line.append(make("b", "", event.ref), " ");
  write(line, event.line);
  row.append(line);
  if (event.text) row.append(make("div", "text", event.text));
  if (name) {
    row.setAttribute("role", "button");
    row.tabIndex = 0;
    row.setAttribute("aria-pressed", String(is_named));
    row.addEventListener("click", () => { if (!String(getSelection())) name(event.ref, row); });
  }
  const item = make("li");
  item.append(row);
  return item;
};
