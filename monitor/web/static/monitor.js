// What a keyboard gains; what an open page gains is htmx's. Without either every page works as it is.
"use strict";

(() => {
  const KEYS_OFF = "monitor-keys-off";
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let waitsForPlace = false;

  const remembered = () => {
    try { return localStorage.getItem(KEYS_OFF) === "1"; } catch { return false; }
  };

  // the next or previous of these, from where the reader is
  const step = (items, by) => {
    if (!items.length) return;
    const here = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, here + by));
    const item = items[next];
    const target = item.matches("[tabindex], a") ? item : item.querySelector("a") || item;
    target.focus({ preventScroll: true, focusVisible: true });
    item.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  };

  const press = (selector) => {
    const target = find(selector);
    if (target) target.click();
    return Boolean(target);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || remembered()) return;
    const field = event.target.closest("input, select, textarea, [contenteditable]");
    if (field) {
      if (event.key === "Escape") field.blur();
      return;
    }
    if (waitsForPlace) {
      waitsForPlace = false;
      if (/^[a-z]$/.test(event.key) && press(`[data-go="${event.key}"]`)) event.preventDefault();
      return;
    }
    const rows = () => all("[data-row]");
    const changes = () => all("[data-change]");
    const deeds = {
      j: () => step(rows(), 1),
      k: () => step(rows(), -1),
      n: () => step(changes(), 1),
      p: () => step(changes(), -1),
      g: () => { waitsForPlace = true; },
      "/": () => (find("main input[type=search]") || find("#find-url")).focus(),
    };
    if (deeds[event.key]) deeds[event.key]();
    else if (!/^[\[\]sw?]$/.test(event.key) || !press(`[data-key="${event.key}"]`)) return;
    event.preventDefault();
  });

  const keysSwitch = () => {
    const place = find("#keys-switch");
    if (!place) return;
    const button = place.querySelector("button");
    const show = () => {
      button.setAttribute("aria-pressed", String(!remembered()));
      button.textContent = remembered() ? "Keys are off" : "Keys are on";
    };
    button.addEventListener("click", () => {
      try { localStorage.setItem(KEYS_OFF, remembered() ? "0" : "1"); } catch { /* a private window keeps nothing */ }
      show();
    });
    place.hidden = false;
    show();
  };

  // a slider beside each number of a revision, when there are more than two to slide over
  const sliders = () => {
    for (const number of all(".compare input[type=number]")) {
      if (Number(number.max) < 3) continue;
      const slider = Object.assign(document.createElement("input"), { type: "range", min: 1, max: number.max, value: number.value });
      slider.setAttribute("aria-label", `Revision ${number.name === "a" ? "before" : "after"}`);
      slider.addEventListener("input", () => { number.value = slider.value; });
      slider.addEventListener("change", () => number.form.requestSubmit());
      number.addEventListener("input", () => { slider.value = number.value; });
      number.after(slider);
    }
  };

  // the link to older edits goes when they come: the first of them takes the focus
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target.matches(".rest")) event.target.querySelector("[data-row] a")?.focus();
  });

  keysSwitch();
  sliders();
})();
