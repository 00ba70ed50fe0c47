// The page of `fewsight label serve`: what is asked, what was chosen, and what the keys do.
import { event_row, label_row, listed, make, plain } from "./parts.js";

{
  const by = (id) => document.getElementById(id);
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const has_keyboard = !matchMedia("(pointer: coarse)").matches;
  const first_events = 40;
  const state = { questions: [], evidence: 0, reply: null, at: 0, chosen: {}, open: {}, named: [], marked: -1, busy: false };

  const tab = (() => {
    let name = sessionStorage.getItem("fewsight-tab");
    if (!name) {
      name = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
      sessionStorage.setItem("fewsight-tab", name);
    }
    return name;
  })();

  const complain = (text) => {
    by("problem").textContent = text;
    by("problem").hidden = !text;
  };

  // One call at a time: keys that are pressed meanwhile are not meant for the row that comes.
  const call = async (path, data = {}) => {
    if (state.busy) return null;
    state.busy = true;
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Fewsight-Token": token },
        body: JSON.stringify({ tab, ...data }),
      });
      const reply = await response.json();
      complain(response.ok ? "" : reply.error);
      return response.ok ? reply : null;
    } catch {
      complain("The server does not answer. Start the command again and open the address that it prints; all answers so far are kept.");
      return null;
    } finally {
      state.busy = false;
    }
  };

  const question = () => state.questions[state.at];
  const is_filtered = () => plain(by("filter").value).trim() !== "";

  const choices = () => listed(question().labels, state.reply.likely[question().path] ?? {}, by("filter").value);

  const chosen = () => [state.chosen[question().path] ?? []].flat();

  const draw_labels = () => {
    const list = choices();
    const rows = list.map((one, place) => label_row(one, place, place === state.marked, chosen().includes(one.label), pick));
    by("labels").replaceChildren(...(rows.length ? rows : [make("li", "empty", "No label has these letters.")]));
    by("filter").setAttribute("aria-activedescendant", state.marked >= 0 ? `label-${state.marked}` : "");
    by(`label-${state.marked}`)?.scrollIntoView({ block: "nearest" });
  };

  const mark_likeliest = () => {
    const list = choices();
    const shares = list.map((one) => one.share ?? -1);
    const best = Math.max(...shares);
    state.marked = is_filtered() ? (list.length ? 0 : -1) : best >= 0 && !question().is_list ? shares.indexOf(best) : -1;
  };

  const draw_question = () => {
    const one = question();
    const steps = state.questions.length > 1 ? state.questions : [];
    by("steps").replaceChildren(...steps.map(({ path, title }, place) => {
      const given = [state.chosen[path] ?? []].flat().join(", ");
      const step = make("li", "", given && place !== state.at ? `${title}: ${given}` : title);
      if (place === state.at) step.setAttribute("aria-current", "step");
      return step;
    }));
    by("question").textContent = one.title;
    by("hint").textContent = [one.hint, one.is_list ? `${one.least} to ${one.most} labels.` : ""].filter(Boolean).join(" ");
    by("take").hidden = !one.is_list;
    const evidence = state.evidence && state.reply.history.events.length > 1 ? ` Click up to ${state.evidence} events that show it (Shift+Tab, then Space).` : "";
    by("keys").textContent = (one.is_list
      ? "A digit or Space takes a label or leaves it, Enter goes on."
      : "A digit chooses, Enter takes the marked label, ↑ and ↓ move.") + evidence;
    by("filter").value = "";
    mark_likeliest();
    draw_labels();
    by("labels").scrollTop = 0;
    if (has_keyboard) by("filter").focus({ preventScroll: true });
  };

  const draw_event = (event) => event_row(event, state.evidence ? name_event : null, state.named.includes(event.ref));

  const name_event = (ref, row) => {
    const is_named = state.named.includes(ref);
    if (!is_named && state.named.length >= state.evidence) return complain(`At most ${state.evidence} events.`);
    complain("");
    state.named = is_named ? state.named.filter((one) => one !== ref) : [...state.named, ref];
    row.setAttribute("aria-pressed", String(!is_named));
    return undefined;
  };

  const draw_history = ({ message, profile, facts, events, older }) => {
    const parts = [];
    if (message !== null) parts.push(make("p", "message", message));
    for (const lines of [profile, facts]) if (lines.length) parts.push(make("p", "known", lines.join(" · ")));
    if (older) parts.push(make("p", "known", `${older} older events are not shown.`));
    const list = make("ol", "happened");
    const hidden = state.named.length ? [] : events.slice(0, -first_events);
    if (hidden.length) {
      const more = make("button", "", `Show ${hidden.length} older events`);
      more.type = "button";
      more.addEventListener("click", () => { more.remove(); list.prepend(...hidden.map(draw_event)); });
      parts.push(more);
    }
    list.append(...events.slice(hidden.length).map(draw_event));
    if (events.length) parts.push(list);
    else if (message === null) parts.push(make("p", "known", "Nothing happened yet."));
    by("history").replaceChildren(...parts);
  };

  const show = (reply) => {
    if (!reply) return;
    const { rows, labelled, open } = reply.progress;
    by("progress").max = Math.max(rows, 1);
    by("progress").value = labelled;
    by("progress-words").textContent = `${labelled} of ${rows} labelled${open ? `, ${open} with something left open` : ""}`;
    const before = reply.before ?? { chosen: {}, evidence: [], note: {} };
    Object.assign(state, { reply, at: 0, chosen: { ...before.chosen }, open: {}, named: [...before.evidence] });
    if (reply.doubled) complain("This row has an answer from another tab already; here is the next one.");
    by("work").hidden = reply.row === null;
    by("done").hidden = reply.row !== null;
    if (reply.row === null) return;
    draw_history(reply.history);
    draw_question();
    by("history").scrollTop = by("history").scrollHeight; // the newest; all is laid out now
    if (!has_keyboard) scrollTo(0, 0);
  };

  const go_on = async () => {
    if (state.at + 1 < state.questions.length) {
      state.at += 1;
      draw_question();
      return;
    }
    const left = (how) => Object.keys(state.open).filter((path) => state.open[path] === how);
    const order = (one) => Number(one.slice(1));
    const evidence = [...state.named].sort((one, other) => order(one) - order(other));
    show(await call("/answer", {
      row: state.reply.row, chosen: state.chosen, evidence, unsure: left("unsure"), none_of_these: left("none_of_these"),
    }));
  };

  const pick = (label) => {
    if (state.busy) return;
    const { path, is_list, most } = question();
    delete state.open[path];
    if (!is_list) {
      state.chosen[path] = label;
      go_on();
      return;
    }
    const now = chosen();
    if (!now.includes(label) && now.length >= most) return complain(`At most ${most} labels.`);
    complain("");
    state.chosen[path] = now.includes(label) ? now.filter((one) => one !== label) : [...now, label];
    by("filter").value = "";
    draw_labels();
    return undefined;
  };

  const take = () => {
    const { path, is_list, least } = question();
    const marked = choices()[state.marked];
    if (marked && (!is_list || is_filtered())) return pick(marked.label);
    if (!is_list) return undefined;
    if (chosen().length < least) return complain(`At least ${least}; or say that none fits, or that you are unsure.`);
    state.chosen[path] = chosen();
    delete state.open[path];
    return go_on();
  };

  const leave_open = (how) => {
    if (state.busy) return undefined;
    const { path, is_list, least, none } = question();
    if (how === "none_of_these" && none) return pick(none);
    delete state.chosen[path];
    if (how === "none_of_these" && is_list && least === 0) state.chosen[path] = [];
    else state.open[path] = how;
    return go_on();
  };

  const back = async () => {
    if (state.reply.row !== null && state.at > 0) {
      state.at -= 1;
      draw_question();
      return;
    }
    const reply = await call("/undo");
    if (reply && reply.row === null) complain("There is no answer of this page to take back.");
    else show(reply);
  };

  const skip = async () => show(await call("/skip", { row: state.reply.row }));
  const move = (by_how_many) => {
    const last = choices().length - 1;
    state.marked = Math.min(Math.max(state.marked + by_how_many, 0), last);
    draw_labels();
  };

  const commands = {
    ArrowLeft: back, ArrowRight: skip, "-": () => leave_open("none_of_these"), "?": () => leave_open("unsure"), "？": () => leave_open("unsure"),
  };

  // Gives whether the key was one of ours.
  const press = (key) => {
    const by_key = choices().find((one) => one.key === key);
    if (by_key) pick(by_key.label);
    else if (key === "Enter") take();
    else if (key === "ArrowDown" || key === "ArrowUp") move(key === "ArrowDown" ? 1 : -1);
    else if (key === "Escape") { by("filter").value = ""; mark_likeliest(); draw_labels(); }
    else if (key === " " && question().is_list && state.marked >= 0) pick(choices()[state.marked].label);
    else if (!by("filter").value && key in commands) commands[key]();
    else return false;
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey || !state.reply) return;
    const on = event.target;
    const is_event = on instanceof Element && on.classList.contains("event");
    if (event.ctrlKey) {
      if (event.key !== "z" || by("filter").value) return;
      event.preventDefault();
      back();
    } else if (is_event && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      on.click();
    } else if (on instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter")) return;
    else if (event.repeat && !["ArrowDown", "ArrowUp", "Backspace", "Tab"].includes(event.key)) event.preventDefault();
    else if (state.reply.row === null) {
      if (event.key === "ArrowLeft") back();
    } else if (press(event.key)) event.preventDefault();
    else if (event.key.length === 1 && on !== by("filter")) by("filter").focus();
  });

  by("filter").addEventListener("input", () => { mark_likeliest(); draw_labels(); });
  const buttons = { take, undo: back, "undo-last": back, skip, none: () => leave_open("none_of_these"), unsure: () => leave_open("unsure") };
  Object.entries(buttons).forEach(([id, act]) => by(id).addEventListener("click", () => { act(); if (has_keyboard) by("filter").focus(); }));

  (async () => {
    const reply = await call("/start");
    if (!reply) return;
    Object.assign(state, { questions: reply.questions, evidence: reply.evidence });
    by("title").textContent = reply.title;
    show(await call("/next"));
  })();
}
