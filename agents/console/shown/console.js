// Without this script every form works by itself. With it a page follows its case, forms leave what is written where it
// is when they fail, and everything has a key.
"use strict";
const one = (selector, place = document) => place.querySelector(selector);
const all = (selector, place = document) => [...place.querySelectorAll(selector)];
const dirty = new Set();
const isDirty = (place) => [...dirty].some((field) => field.isConnected && place.contains(field));

function complain(words, login) {
  const place = one("#alert");
  place.textContent = words;
  place.hidden = !words;
  if (login) place.append(" ", Object.assign(document.createElement("a"), { href: "/login", target: "_blank", textContent: "Log in" }));
}

function take(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const fresh = one("[data-seen]", next), here = one("[data-seen]");
  if (!fresh || !here) return;
  const opened = new Set(all("details[open][id]").map((each) => each.id));
  const focused = document.activeElement?.closest("[data-card]")?.dataset.card;
  for (const part of all("[data-live]", here)) {
    if (!part.isConnected) continue;
    const other = next.getElementById(part.id);
    if (!other || other.outerHTML === part.outerHTML) continue;
    const inside = all("[data-live]", part).length > 0 && other.dataset.basis === part.dataset.basis;
    if (inside) continue; // each card for itself
    if (isDirty(part)) {
      if (part.id === "moves" || part.id === "more") complain("The case went on. What you write stays until you load the page again.");
      continue;
    }
    part.replaceWith(document.importNode(other, true));
  }
  for (const id of opened) one(`details#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (focused !== undefined && document.activeElement === document.body) (one(`[data-card="${focused}"]`) ?? one("#moves [tabindex], #moves button"))?.focus();
  here.dataset.seen = fresh.dataset.seen;
  const say = one("#say", next).textContent;
  if (one("#say").textContent !== say) one("#say").textContent = say;
  const talk = one("#talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

async function load() {
  const answer = await fetch(`${location.pathname}?part=1`);
  if (answer.ok) take(await answer.text());
  else if (answer.status === 401) complain("Your session has ended.", true);
}

async function follow() {
  for (;;) {
    const here = one("[data-seen]");
    if (!here) return;
    try {
      const query = new URLSearchParams({ case: here.dataset.case, seen: here.dataset.seen });
      const answer = await fetch(`/live?${query}`);
      if (answer.status === 200) await load();
      else if (answer.status === 401) return complain("Your session has ended.", true);
      else if (answer.status !== 204) await new Promise((go) => setTimeout(go, 3000));
    } catch {
      one("#say").textContent = "The server does not answer; trying again.";
      await new Promise((go) => setTimeout(go, 1000));
    }
  }
}

document.addEventListener("input", (event) => dirty.add(event.target));
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-act]")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const target = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  try {
    const answer = await fetch(target, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const text = await answer.text();
    if (!answer.ok) {
      const words = one("#problem", new DOMParser().parseFromString(text, "text/html"))?.textContent;
      complain(words ?? "That did not work.", answer.status === 401);
    } else if (new URL(answer.url).pathname !== location.pathname) location.assign(answer.url);
    else {
      for (const field of form.elements) dirty.delete(field);
      complain("");
      take(text);
      if (document.activeElement === document.body) one("#moves button, #moves [tabindex]")?.focus();
    }
  } catch {
    complain("The server does not answer. What you wrote is still here; try again.");
  }
  delete form.dataset.busy;
});

document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (card) document.body.dataset.focus = card.dataset.card;
});

const cards = () => all("[data-card]");
const current = () => document.activeElement?.closest("[data-card]") ?? cards()[0];
function step(by) {
  const list = cards().length ? cards() : all("[data-row]");
  const at = list.findIndex((each) => each.contains(document.activeElement));
  list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + by))]?.focus();
}
function open(place, selector) {
  if (!place) return;
  place.open = true;
  one(selector, place)?.focus();
}
const keys = {
  j: () => step(1),
  k: () => step(-1),
  a: () => one("[data-key=a]", current())?.click(),
  e: () => (one("textarea", current()) ?? { focus: () => open(one(".edit", current()), "select, input") }).focus(),
  x: () => open(current() && one(".reject", current()), "input[name=reason]"),
  u: () => one("[data-key=u]")?.click(),
  w: () => open(one("#own"), "textarea"),
  m: () => open(one("#others"), "button"),
  n: () => {
    const rows = all("[data-row]"), at = rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[(at + 1) % rows.length]?.click();
  },
  g: () => location.assign("/"),
  o: () => location.assign("/outbox"),
  "?": () => one("#keys").showModal(),
};
const singles = () => localStorage.getItem("keys") !== "off";
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && field) field.closest("[data-card]")?.focus() ?? field.blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field) field.form?.requestSubmit();
  if (field || event.ctrlKey || event.metaKey || event.altKey || one("#keys")?.open || !singles()) return;
  const key = /^[1-4]$/.test(event.key) ? () => one(`[data-card="${event.key - 1}"]`)?.focus() : keys[event.key];
  if (!key) return;
  event.preventDefault();
  key();
});
one("#show-keys")?.addEventListener("click", () => one("#keys").showModal());
const box = one("#keys-on");
if (box) {
  box.checked = singles();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
}
setInterval(() => {
  for (const place of all("[data-due]")) {
    const left = Math.max(0, Math.ceil((new Date(place.dataset.due) - Date.now()) / 1000));
    one(".left", place).textContent = left ? `carried out in ${left} s` : "being carried out …";
  }
}, 250);
const talk = one("#talk");
if (talk) talk.scrollTop = talk.scrollHeight;
follow();
