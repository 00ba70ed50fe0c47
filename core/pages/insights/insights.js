"use strict";
// Search, choice and order of cards. The page works without it: it only hides and moves what is there.
(() => {
  const by = (id) => document.getElementById(id);
  const tools = by("tools");
  if (!tools) return;
  const cards = [...document.querySelectorAll("article.card")];
  const homes = cards.map((card) => card.parentNode);
  const words = cards.map((card) => card.textContent.toLowerCase());
  const groups = [...document.querySelectorAll(".customer")];
  const chosen = (id) => (by(id) ? by(id).value : "");
  const is_seen = (element) => element.getClientRects().length > 0;
  const sure = (card) => Number(card.dataset.sure ?? NaN);
  const label = (card) => card.querySelector(".value")?.textContent.replace("more likely ", "") ?? "";
  const orders = {
    least: (one, other) => (sure(one) || 0) - (sure(other) || 0),
    most: (one, other) => (sure(other) || 0) - (sure(one) || 0),
    label: (one, other) => one.dataset.task.localeCompare(other.dataset.task) || label(one).localeCompare(label(other)),
  };

  const narrow = () => {
    const text = chosen("text").trim().toLowerCase();
    cards.forEach((card, number) => {
      const is_task = !chosen("task") || card.dataset.task === chosen("task");
      const is_state = !chosen("state") || card.querySelector("." + chosen("state"));
      card.hidden = !(is_task && is_state && words[number].includes(text));
    });
    groups.forEach((group) => { group.hidden = false; });
    groups.forEach((group) => { group.hidden = ![...group.querySelectorAll(".card")].some(is_seen); });
    by("number").textContent = `${cards.filter(is_seen).length} of ${cards.length} cards`;
  };

  const arrange = () => {
    const order = orders[chosen("order")];
    by("all").hidden = Boolean(order);
    by("sorted").hidden = !order;
    if (order) by("sorted").append(...[...cards].sort(order));
    else cards.forEach((card, number) => homes[number].append(card));
    narrow();
  };

  const jump = () => {
    const target = by(location.hash.slice(1));
    if (target && location.hash.startsWith("#c") && !is_seen(target)) {
      ["text", "task", "state", "order"].forEach((id) => { if (by(id)) by(id).value = ""; });
      arrange();
      target.scrollIntoView();
    } else narrow();
  };

  tools.hidden = false;
  ["text", "task", "state"].forEach((id) => by(id)?.addEventListener("input", narrow));
  by("order").addEventListener("input", arrange);
  addEventListener("hashchange", jump);
  addEventListener("load", jump);
  narrow();
})();
