// The page: three sides of the same conversations, over one connection.

import { SUGGESTIONS, TOWNS } from "./country.js";
import { byId, el } from "./dom.js";
import { Link } from "./link.js";
import { townMap } from "./map.js";
import { Pane, venue } from "./pane.js";
import { EXIT_WORD, LANGUAGES, TEXTS, preferredLanguage } from "./texts.js";

const THINKING_SHOWN_FOR = 8000;
const HUSH_AFTER_LEAVING = 900;

const seen = new Map();
const panes = new Map();
let language = preferredLanguage();
let organizations = [];
let chosen = "";
let hasCaughtUp = false;
let isConnected = null;
let thinking = 0;

const texts = () => TEXTS[language];
const time = (date) =>
  new Intl.DateTimeFormat([language, "es"], { hour: "2-digit", minute: "2-digit" }).format(date);

const link = new Link({
  seen: () => Object.fromEntries(seen),
  onEvent: take,
  onState: (connected) => {
    isConnected = connected;
    if (!connected) panes.get("person")?.typing(false);
    showState();
  },
});

// ---- what arrives -------------------------------------------------------------------

function take(event) {
  if (event.event === "panes") return showOrganizations(event.organizations);
  if (event.event === "caught_up") return catchUp();
  const pane = panes.get(event.pane);
  if (!pane || event.seq <= (seen.get(event.pane) ?? 0)) return;
  seen.set(event.pane, event.seq);
  if (event.event === "delete") return pane.remove(event.id);
  pane.show(event);
  if (hasCaughtUp) announce(event);
}

function announce({ event, pane }) {
  const [side] = pane.split(":");
  if (side === "staff" && event === "message") turnTo(pane);
  markUnread(side);
}

function catchUp() {
  if (hasCaughtUp) return;
  hasCaughtUp = true;
  const staff = [...seen].filter(([pane]) => pane.startsWith("staff:"));
  const [latest] = staff.sort((one, other) => other[1] - one[1]);
  if (latest) choose(latest[0]);
}

// ---- the organizations' chats ---------------------------------------------------------

function showOrganizations(list) {
  organizations = list.map(({ id, name }) => ({ pane: `staff:${id}`, name }));
  for (const { pane, name } of organizations) if (!panes.has(pane)) addStaffPane(pane, name);
  byId("organizations").replaceChildren(
    ...organizations.map(({ pane, name }) => el("option", { value: pane }, name)),
  );
  choose(chosen || organizations[0]?.pane || "");
}

function addStaffPane(pane, name) {
  const text = pane.startsWith("staff:coordinator-") ? "coordinator_empty" : "organization_empty";
  const empty = el("div", { class: "empty" }, el("p", { "data-t": text }));
  const properties = { class: "log", role: "log", "aria-live": "polite", tabindex: 0, hidden: true };
  const log = el("div", { ...properties, "aria-label": name }, empty);
  byId("logs-staff").append(log);
  panes.set(pane, newPane(pane, log));
  translate(log.parentElement);
}

// Never take the chat away from someone who is writing in it: mark the other one instead.
function turnTo(pane) {
  if (byId("text-staff").value && pane !== chosen) labelOption(pane, true);
  else choose(pane);
}

function choose(pane) {
  chosen = pane;
  byId("organizations").value = pane;
  labelOption(pane, false);
  for (const { pane: other } of organizations) panes.get(other).log.hidden = other !== pane;
  const name = organizations.find((organization) => organization.pane === pane)?.name ?? "";
  byId("badge").textContent = initials(name);
  panes.get(pane)?.toEnd();
}

function labelOption(pane, isUnread) {
  const option = [...byId("organizations").options].find(({ value }) => value === pane);
  const name = organizations.find((organization) => organization.pane === pane)?.name;
  if (option) option.textContent = isUnread ? `● ${name}` : name;
}

function initials(name) {
  const words = name.replace(/\(.*?\)/g, "").split(/\s+/).filter((word) => word.length > 2);
  return [words[0], words.at(-1)].map((word) => word?.[0].toUpperCase() ?? "").join("");
}

// ---- what is sent ---------------------------------------------------------------------

function newPane(name, log) {
  return new Pane(log, {
    texts,
    time,
    onPress: (message, choice, button) => press(name, message, choice, button),
    onLocate: askPlace,
  });
}

function say(pane, text, lang = language) {
  const settle = panes.get(pane).own(text, lang === language ? "" : lang);
  link.send({ do: "say", pane, text, language: lang }, settle);
  if (pane === "person") think();
}

function press(pane, message, { data }, button) {
  for (const other of button.closest(".choices").querySelectorAll("[aria-pressed]"))
    other.setAttribute("aria-pressed", String(other === button));
  panes.get(pane).acted();
  link.send({ do: "press", pane, message, data, language }, (accepted) => {
    if (!accepted) button.setAttribute("aria-pressed", "false");
  });
  if (pane === "person") think();
}

function locate(town) {
  byId("places").close();
  const { name, latitude, longitude } = town;
  const settle = panes.get("person").own(venue({ title: name, address: "", latitude, longitude }));
  link.send({ do: "locate", latitude, longitude, pane: "person", language }, settle);
  think();
}

function publishDigest() {
  const button = byId("digest");
  button.disabled = true;
  link.send({ do: "digest" }, () => {
    button.disabled = false;
  });
}

// The page empties first, without waiting for anyone; then the word goes out.
function leave() {
  const person = panes.get("person");
  link.drop("person");
  person.blank();
  person.hush(true);
  byId("text-person").value = "";
  fit(byId("text-person"));
  const calm = () => setTimeout(() => person.hush(false), HUSH_AFTER_LEAVING);
  link.send({ do: "say", pane: "person", text: EXIT_WORD, language }, calm);
}

function think() {
  clearTimeout(thinking);
  if (!isConnected) return;
  panes.get("person").typing(true);
  thinking = setTimeout(() => panes.get("person").typing(false), THINKING_SHOWN_FOR);
}

function submit(side) {
  const area = byId(`text-${side}`);
  const text = area.value.trim();
  const pane = side === "staff" ? chosen : side;
  if (!text || !pane) return;
  area.value = "";
  fit(area);
  say(pane, text);
}

// ---- the page around the chats ----------------------------------------------------------

function showState() {
  const state = isConnected === null ? "connecting" : isConnected ? "connected" : "away";
  byId("state").dataset.state = state;
  byId("state-text").textContent = texts()[state];
}

function showTab(side) {
  document.body.dataset.tab = side;
  for (const button of document.querySelectorAll(".tabs button")) {
    const isCurrent = button.dataset.tab === side;
    button.toggleAttribute("aria-current", isCurrent);
    if (isCurrent) button.setAttribute("aria-current", "true");
    if (isCurrent) button.querySelector(".unread").hidden = true;
  }
  panes.get(side === "staff" ? chosen : side)?.toEnd();
}

function markUnread(side) {
  if (document.body.dataset.tab === side) return;
  document.querySelector(`.tabs [data-tab="${side}"] .unread`).hidden = false;
}

function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = texts()[node.dataset.t];
  for (const node of root.querySelectorAll("[data-label]"))
    node.setAttribute("aria-label", texts()[node.dataset.label]);
  for (const node of root.querySelectorAll("[data-placeholder]"))
    node.placeholder = texts()[node.dataset.placeholder];
}

function setLanguage(code) {
  language = code;
  document.documentElement.lang = code;
  byId("language").value = code;
  translate(document);
  showState();
  showHello();
  byId("clock").textContent = time(new Date());
}

function showHello() {
  const hello = byId("hello");
  if (!hello) return;
  hello.replaceChildren(
    el("p", { class: "lead" }, texts().hello),
    ...(SUGGESTIONS.length ? [el("p", {}, texts().try_one)] : []),
    ...SUGGESTIONS.map(suggestion),
  );
}

function suggestion({ lang, name, text }) {
  const send = () => say("person", text, lang);
  return el(
    "button",
    { type: "button", class: "suggestion", onclick: send },
    el("span", { lang, dir: "auto" }, text),
    el("small", { lang }, name),
  );
}

function askPlace() {
  byId("places").showModal();
}

// Grow with the words, up to what the style allows.
function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function prepareComposers() {
  for (const area of document.querySelectorAll("textarea")) {
    const side = area.id.replace("text-", "");
    area.addEventListener("input", () => fit(area));
    area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit(side);
    });
  }
  for (const button of document.querySelectorAll("[data-send]"))
    button.addEventListener("click", () => submit(button.dataset.send));
}

function preparePlaces() {
  const dialog = byId("places");
  byId("places-map").append(townMap(locate));
  byId("towns").append(
    ...TOWNS.map((town) =>
      el("button", { type: "button", onclick: () => locate(town) }, town.name),
    ),
  );
  byId("locate").addEventListener("click", askPlace);
  byId("places-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
}

function prepare() {
  panes.set("person", newPane("person", byId("log-person")));
  panes.set("channel", newPane("channel", byId("log-channel")));
  byId("language").append(
    ...LANGUAGES.map(({ code, name }) => el("option", { value: code, lang: code }, name)),
  );
  byId("language").addEventListener("change", (event) => setLanguage(event.target.value));
  byId("organizations").addEventListener("change", (event) => choose(event.target.value));
  byId("leave").addEventListener("click", leave);
  byId("digest").addEventListener("click", publishDigest);
  for (const button of document.querySelectorAll(".tabs button"))
    button.addEventListener("click", () => showTab(button.dataset.tab));
  prepareComposers();
  preparePlaces();
  setLanguage(language);
  setInterval(() => (byId("clock").textContent = time(new Date())), 20000);
}

prepare();
