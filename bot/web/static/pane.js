// One chat on the page: bubbles, buttons, cards. Keeps nothing outside the page.

import { el, svg } from "./dom.js";
import { spotMap } from "./map.js";

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;
const SAFE_LINK = /^(https?:|tel:)/i;
const NEAR_END = 120;

export class Pane {
  #log;
  #hooks;
  #rows = new Map();
  #anchor = null;
  #isAwaiting = false;
  #newest;

  /** hooks: texts(), time(date), onPress(row, choice, button), onLocate(). */
  constructor(log, hooks) {
    this.#log = log;
    this.#hooks = hooks;
    this.#newest = newestButton(() => this.toEnd());
    const frame = el("div", { class: "scroll" });
    log.replaceWith(frame);
    frame.append(log, this.#newest);
    log.addEventListener("scroll", () => this.#offerNewest(), { passive: true });
  }

  get log() {
    return this.#log;
  }

  /** Show a message of the other side, or change the one that has its id. */
  show(message) {
    const before = this.#rows.get(message.id);
    const row = this.#row(message);
    this.#rows.set(message.id, row);
    if (!before) return this.#insert(row, message.id);
    const wasAtEnd = this.#isAtEnd();
    const hadFocus = before.contains(document.activeElement);
    this.typing(false);
    before.replaceWith(row);
    row.classList.add("changed");
    if (hadFocus) this.#log.focus({ preventScroll: true });
    if (this.#isAwaiting) this.#reveal(row);
    else if (wasAtEnd) this.#follow();
    this.#offerNewest();
  }

  /** Take a message off the page. */
  remove(id) {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    if (!row) return;
    row.classList.add("going");
    setTimeout(() => row.remove(), 220);
  }

  /** Show what was written here; returns a function that takes what became of it. */
  own(content, lang = "") {
    const { texts, time } = this.#hooks;
    const mark = el("span", { class: "mark-sent", "aria-hidden": "true" });
    const body = typeof content === "string" ? words(content, lang) : content;
    const stamp = el("span", { class: "stamp" }, clock(new Date(), time), mark);
    const row = el("div", { class: "row own sending" }, sender(texts().you), bubble(body, stamp));
    this.typing(false);
    this.#log.append(row);
    this.toEnd();
    this.acted();
    return (accepted, id) => this.#settle(row, stamp, accepted, id);
  }

  /** Show or hide the three dots. */
  typing(on) {
    this.#log.querySelector(".typing")?.remove();
    if (!on) return;
    const dots = el("div", { class: "bubble dots" }, el("i"), el("i"), el("i"));
    this.#log.append(el("div", { class: "row bot typing", "aria-hidden": "true" }, dots));
    this.#follow();
  }

  /** Remember where the answer to this begins: it must not scroll out of sight. */
  acted() {
    this.#anchor = this.#log.lastElementChild;
    this.#isAwaiting = true;
  }

  /** Show the newest message. */
  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** Empty the pane at once and leave no hint of what it was. */
  blank() {
    this.#rows.clear();
    this.#log.replaceChildren();
  }

  /** Hide everything that arrives while the person is leaving. */
  hush(on) {
    this.#log.classList.toggle("hushed", on);
  }

  #settle(row, stamp, accepted, id) {
    row.classList.remove("sending");
    row.classList.toggle("sent", accepted);
    if (accepted && id) this.#rows.set(id, row);
    if (!accepted) stamp.append(el("b", {}, this.#hooks.texts().not_sent));
  }

  // Replays come in the order of their last change; bubbles stand in the order of their
  // first appearance.
  #insert(row, id) {
    const wasAtEnd = this.#isAtEnd();
    this.typing(false);
    const later = [...this.#log.querySelectorAll(".row.bot")].find(
      (other) => Number(other.dataset.id) > id,
    );
    this.#log.insertBefore(row, later ?? null);
    if (wasAtEnd || this.#isAwaiting) this.#follow();
    this.#isAwaiting = false;
    this.#offerNewest();
  }

  #row(message) {
    const { texts, time } = this.#hooks;
    const stamp = el("span", { class: "stamp" }, clock(new Date(message.at * 1000), time));
    const card = message.venue && venue(message.venue);
    const body = message.text ? words(message.text) : null;
    return el(
      "div",
      { class: "row bot", "data-id": message.id },
      sender(texts().bot_says),
      bubble(card, body, stamp),
      this.#choices(message),
    );
  }

  #choices(message) {
    const rows = message.choices.map((row) =>
      el("div", { class: "choice-row" }, ...row.map((choice) => this.#choice(message, choice))),
    );
    if (message.asks_location) rows.unshift(this.#asksLocation(message));
    return rows.length ? el("div", { class: "choices" }, ...rows) : null;
  }

  #choice(message, choice) {
    if (choice.url) return outward(choice);
    const press = (event) => this.#hooks.onPress(message.id, choice, event.currentTarget);
    const properties = { type: "button", class: "choice", dir: "auto", "aria-pressed": "false" };
    return el("button", { ...properties, onclick: press }, choice.label);
  }

  #asksLocation(message) {
    const label = message.location_label || this.#hooks.texts().share_location;
    const properties = { type: "button", class: "choice locate", dir: "auto" };
    const ask = () => this.#hooks.onLocate();
    return el("div", { class: "choice-row" }, el("button", { ...properties, onclick: ask }, label));
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  // The changed message is read from its beginning, also when it grew over the edge.
  #reveal(row) {
    const top = row.offsetTop - 12;
    const bottom = row.offsetTop + row.offsetHeight + 12 - this.#log.clientHeight;
    const view = this.#log.scrollTop;
    this.#log.scrollTop = Math.min(top, Math.max(view, bottom));
  }

  #offerNewest() {
    this.#newest.hidden = this.#isAtEnd();
  }

  // An answer may be several messages, the one about danger first: stop at its beginning.
  #follow() {
    const top = this.#anchor?.isConnected ? this.#anchor.offsetTop - 12 : -1;
    if (top < this.#log.scrollTop) this.toEnd();
    else this.#log.scrollTop = Math.min(this.#log.scrollHeight, top);
  }
}

/** Return the card of a place: its name, address and spot. */
export function venue({ title, address, latitude, longitude }) {
  const caption = el(
    "figcaption",
    { dir: "auto" },
    el("strong", {}, title),
    address ? el("span", {}, address) : null,
  );
  return el("figure", { class: "venue" }, spotMap(latitude, longitude), caption);
}

function newestButton(onclick) {
  const arrow = svg("path", { d: "M12 5v14M5.5 12.5 12 19l6.5-6.5" });
  const icon = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, arrow);
  const properties = { type: "button", class: "round newest", "data-label": "newest" };
  return el("button", { ...properties, hidden: true, onclick }, icon);
}

function bubble(...children) {
  return el("div", { class: "bubble" }, ...children);
}

function sender(name) {
  return el("span", { class: "sr" }, `${name}: `);
}

function words(text, lang) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(end, match.index), anchor(match[0], match[0]));
    end = match.index + match[0].length;
  }
  return el("p", { class: "words", dir: "auto", lang: lang || null }, ...parts, text.slice(end));
}

function outward({ label, url }) {
  if (!SAFE_LINK.test(url)) return null;
  const link = anchor(url, label);
  link.className = "choice outward";
  link.dir = "auto";
  return link;
}

function anchor(href, label) {
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

function clock(date, time) {
  return el("time", { datetime: date.toISOString() }, time(date));
}
