// Keeps the page in step with the workspace and sends what a person does. HTML comes from the server,
// already escaped; this file only puts it in place.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const look = { as: document.body.dataset.as, tab: document.body.dataset.openTab, thread: null, drawn: new Map(), acted: null };
let version = 0;
let shownView = null;
const shown = new Map();

async function post(action, body) {
  try {
    const answer = await fetch(`/sandbox/api/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { delivered: false, error: "The sandbox does not answer. Is it still running?" };
  }
}

const WORDS = {
  operation_timeout: "The app did not answer within three seconds (operation_timeout).",
  dispatch_failed: "The app is not connected, so nothing happened (dispatch_failed).",
};

function toast(text, bad = true) {
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  box.textContent = text;
  const shelf = $("#toasts");
  shelf.append(box);
  if (shelf.matches(":popover-open")) shelf.hidePopover();
  shelf.showPopover();
  setTimeout(() => box.remove(), 6000);
}

function complain(answer) {
  if (answer && answer.error) toast(WORDS[answer.error] ?? answer.error);
  return answer;
}

/** Replaces a region if its HTML changed; keeps focus where the same element is still there. */
function put(name, html) {
  if (shown.get(name) === html) return false;
  const region = document.getElementById(name);
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const focused = active && describe(active);
  const around = active?.closest("li[id]")?.id;
  const open = [...region.querySelectorAll("details[open]")].map((each) => [...region.querySelectorAll("details")].indexOf(each));
  shown.set(name, html);
  region.innerHTML = html;
  const menus = region.querySelectorAll("details");
  if (name !== "body") open.forEach((place) => menus[place] && (menus[place].open = true));
  if (active) {
    const same = focused && region.querySelector(focused);
    // What was pressed may be gone, an answered message's buttons for instance: stay with its message.
    (same || (around && $(`#${around} .blocks [data-click], #${around} summary`, region)))?.focus();
  }
  return true;
}

/** Marks what is new or has changed in the conversation since it was last drawn. */
function highlight(seen) {
  for (const item of document.querySelectorAll("#body li.message[id]")) {
    const before = seen.get(item.id);
    if (before !== item.innerHTML) item.classList.add(before === undefined ? "arrived" : "changed");
  }
}

const conversation = () => new Map([...document.querySelectorAll("#body li.message[id]")].map((item) => [item.id, item.innerHTML]));

function describe(element) {
  const keys = ["person", "tab", "advance", "click", "value", "block", "ts", "reply", "field"];
  const parts = keys.filter((key) => element.dataset[key]).map((key) => `[data-${key}="${CSS.escape(element.dataset[key])}"]`);
  return parts.length ? parts.join("") : null;
}

let refreshing = null;
async function refresh() {
  // One at a time, and once more if something changed meanwhile.
  if (refreshing) { refreshing.again = true; return refreshing.done; }
  const run = { again: false };
  refreshing = run;
  run.done = (async () => {
    do {
      run.again = false;
      const query = new URLSearchParams({ as: look.as ?? "", tab: look.tab });
      const asked = query.toString();
      const parts = await (await fetch(`/sandbox/fragments?${query}`)).json();
      if (asked !== new URLSearchParams({ as: look.as ?? "", tab: look.tab }).toString()) { run.again = true; continue; }
      apply(parts);
    } while (run.again);
  })();
  try { await run.done; } finally { refreshing = null; }
}

function apply(parts) {
  version = parts.version;
  if (!parts.as) return;
  const body = $("#body");
  const atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 80;
  put("calendar", parts.calendar);
  if (put("people", parts.people)) filter();
  put("head", parts.head);
  if (put("body", parts.body)) {
    if (atEnd || look.fresh) body.scrollTop = look.tab === "home" ? 0 : body.scrollHeight;
    const now = conversation();
    if (!look.fresh) highlight(look.drawn);
    look.drawn = now;
  }
  look.fresh = false;
  $(".top").classList.toggle("working", parts.working);
  const waiting = document.querySelectorAll("#people .unread").length;
  $("[data-drawer]").dataset.waiting = waiting || "";
  document.title = `${waiting ? `(${waiting}) ` : ""}${document.body.dataset.team} · sandbox`;
  showModal(parts);
  $("#composer").hidden = look.tab === "home";
  if (parts.unread && look.tab === "messages" && !document.hidden) post("read", { as: look.as });
}

function showModal(parts) {
  const dialog = $("#modal");
  if (!parts.view) {
    shownView = null;
    if (!dialog.open) return;
    dialog.close();
    // Back to the message that the modal came from; its button may have been drawn anew.
    if (document.activeElement === document.body && look.acted) $(`.blocks [data-ts="${CSS.escape(look.acted)}"]`)?.focus();
    return;
  }
  const key = `${parts.view.id} ${parts.view.hash}`;
  if (shownView === key) return;
  shownView = key;
  dialog.innerHTML = parts.modal;
  if (!dialog.open) dialog.showModal();
  ($("[autofocus]", dialog) ?? $(".modal-body input, .modal-body textarea, .modal-body select, footer [type=submit]", dialog) ?? $("footer button", dialog))?.focus();
}

async function follow() {
  for (;;) {
    try {
      const news = await (await fetch(`/sandbox/api/changes?since=${version}`)).json();
      if (news.version !== version) await refresh();
    } catch {
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }
}

function go(change) {
  Object.assign(look, change, { thread: null, fresh: true });
  $("#thread-note").hidden = true;
  $("#toasts").replaceChildren();
  shown.delete("body");
  const url = new URLSearchParams({ as: look.as });
  if (look.tab === "home") url.set("tab", "home");
  history.replaceState(null, "", `/?${url}`);
  post("open_home", { as: look.as, tab: look.tab });
  return refresh();
}

// What stands in the fields of a form, by block and action.
function entered(form) {
  const values = {};
  for (const field of form.querySelectorAll("[data-field]")) {
    const block = (values[field.dataset.block] ??= {});
    const key = field.dataset.field;
    if (field.type === "checkbox") {
      block[key] ??= [];
      if (field.checked) block[key].push(field.value);
    } else if (field.type === "radio") {
      block[key] ??= null;
      if (field.checked) block[key] = field.value;
    } else {
      block[key] = valueOf(field);
    }
  }
  return values;
}

function valueOf(field) {
  if (field.multiple) return [...field.selectedOptions].map((option) => option.value);
  if (field.type === "datetime-local") return field.value ? Math.floor(new Date(field.value).getTime() / 1000) : null;
  return field.value;
}

/** Asks in a dialog of our own; true if the person agrees. */
function confirmed(source) {
  if (!source.dataset.confirm) return Promise.resolve(true);
  const words = JSON.parse(source.dataset.confirm);
  const dialog = $("#confirm");
  $("#confirm-title").textContent = words.title.text;
  $("#confirm-text").textContent = words.text.text;
  $("#confirm-yes").textContent = words.confirm.text;
  $("#confirm-no").textContent = words.deny.text;
  $("#confirm-yes").classList.toggle("danger", words.style === "danger");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function act(source, action, value) {
  if (!(await confirmed(source))) return;
  if (source.dataset.url) window.open(source.dataset.url, "_blank", "noopener");
  const body = { as: look.as, action_id: action, block_id: source.dataset.block };
  look.acted = source.dataset.ts;
  if (source.dataset.ts) body.ts = source.dataset.ts;
  if (source.dataset.view) body.view_id = source.dataset.view;
  if (value !== undefined) body.value = value;
  const form = source.closest("form.modal");
  if (form) body.values = entered(form);
  source.classList.add("busy");
  complain(await post("click", body));
  source.classList.remove("busy");
}

async function submit(form) {
  form.querySelectorAll("[data-error]").forEach((place) => (place.hidden = true));
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  const button = $("[type=submit]", form);
  button?.classList.add("busy");
  const answer = await post("modal/submit", { as: look.as, view_id: form.dataset.view, values: entered(form) });
  button?.classList.remove("busy");
  for (const [block, text] of Object.entries(answer.errors ?? {})) {
    const place = $(`[data-error="${CSS.escape(block)}"]`, form);
    if (place) Object.assign(place, { textContent: text, hidden: false });
    form.querySelectorAll(`[data-block="${CSS.escape(block)}"]`).forEach((field) => field.setAttribute("aria-invalid", "true"));
  }
  $("[aria-invalid]", form)?.focus();
  const note = $(".modal-note", form);
  if (note) note.textContent = answer.error ? (WORDS[answer.error] ?? answer.error) : "";
}

async function send() {
  const box = $("#composer-text");
  const text = box.value.trim();
  if (!text) return;
  const known = [...document.querySelectorAll("[data-command]")].map((entry) => entry.dataset.command);
  const word = text.split(/\s/, 1)[0];
  box.value = "";
  grow(box);
  if (text.startsWith("/")) {
    if (!known.includes(word)) {
      box.value = text;
      toast(`${word} is not a command here. Try ${known.join(", ")}.`);
      return;
    }
    complain(await post("command", { as: look.as, command: word, text: text.slice(word.length).trim() }));
  } else {
    const body = { as: look.as, text };
    if (look.thread) body.thread_ts = look.thread;
    complain(await post("type", body));
  }
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  $("#commands").hidden = !(box.value.startsWith("/") && !box.value.includes(" "));
}

function filter() {
  const wanted = $("#filter").value.toLowerCase();
  for (const row of document.querySelectorAll("#people li")) row.hidden = !row.textContent.toLowerCase().includes(wanted);
}

function drawer(open) {
  document.body.classList.toggle("drawer", open);
  $("[data-drawer]").setAttribute("aria-expanded", String(open));
}

async function change(what, on) {
  const now = Math.floor(new Date((await (await fetch("/sandbox/api/calendar")).json()).now).getTime() / 1000);
  const body = { id: look.as };
  if (what === "away") Object.assign(body, on ? { status_emoji: ":palm_tree:", status_text: "Out of office" } : { status_emoji: "", status_text: "" });
  if (what === "quiet") Object.assign(body, on ? { dnd_enabled: true, dnd_start: now, dnd_end: now + 86400 } : { dnd_enabled: false, dnd_start: 1, dnd_end: 1 });
  if (what === "gone") body.deleted = on;
  complain(await post("person", body));
}

document.addEventListener("click", async (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const source = event.target.closest("[data-click], [data-person], [data-tab], [data-advance], [data-reply], [data-thread-done], [data-close-modal], [data-about], [data-about-done], [data-drawer], [data-command], [data-change]");
  if (!source) {
    if (document.body.classList.contains("drawer") && !event.target.closest(".side")) drawer(false);
    return;
  }
  const data = source.dataset;
  source.closest("details.menu")?.removeAttribute("open");
  if (data.click !== undefined) await act(source, data.click, data.value);
  else if (data.person && !event.metaKey && !event.ctrlKey) { event.preventDefault(); drawer(false); await go({ as: data.person }); }
  else if (data.tab) await go({ tab: data.tab });
  else if (data.advance) { complain(await post("calendar/advance", { to: data.advance })); await refresh(); }
  else if (data.reply) { look.thread = data.reply; $("#thread-note").hidden = false; $("#composer-text").focus(); }
  else if (data.threadDone !== undefined) { look.thread = null; $("#thread-note").hidden = true; }
  else if (data.closeModal !== undefined) complain(await post("modal/close", { as: look.as }));
  else if (data.about !== undefined) $("#about").hidden = !$("#about").hidden;
  else if (data.aboutDone !== undefined) { $("#about").hidden = true; localStorage.setItem("sandbox.about", "read"); }
  else if (data.drawer !== undefined) drawer(!document.body.classList.contains("drawer"));
  else if (data.command) { const box = $("#composer-text"); box.value = `${data.command} `; grow(box); box.focus(); }
  else if (data.change) await change(data.change, data.on === "true");
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-acts]");
  if (!field) return;
  const form = field.closest("form.modal, .blocks");
  act(field, field.dataset.field, entered(form)[field.dataset.block][field.dataset.field]);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.id === "composer") send();
  else if (form.dataset.view) submit(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
    drawer(false);
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const menu = event.target.closest("details.menu");
    if (menu) {
      event.preventDefault();
      menu.open = true;
      const items = [...menu.querySelectorAll(".menu-items button")];
      const next = items.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      items.at(next < 0 ? -1 : next % items.length)?.focus();
    }
  }
  if (event.target.id === "composer-text" && event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});

// Opens a menu upwards when there is no room below, and moves it in when there is none to the right.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.menu[open]")) return;
  event.target.classList.remove("up");
  const items = $(".menu-items", event.target);
  items.style.removeProperty("--shift");
  const box = items.getBoundingClientRect();
  // Without what a scroll bar takes.
  const place = event.target.closest(".body, .modal-body");
  const edge = place ? place.getBoundingClientRect().left + place.clientWidth : window.innerWidth;
  items.style.setProperty("--shift", `${Math.min(0, edge - 12 - box.right)}px`);
  event.target.classList.toggle("up", box.bottom > window.innerHeight - 90);
}, true);

$("#modal").addEventListener("cancel", (event) => { event.preventDefault(); post("modal/close", { as: look.as }); });
$("#composer-text").addEventListener("input", (event) => grow(event.target));
$("#filter").addEventListener("input", filter);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
$("#about").hidden = localStorage.getItem("sandbox.about") === "read";
look.fresh = true;
refresh().then(() => {
  // A page that is opened at Home has opened it, as Slack would tell.
  if (look.tab === "home") post("open_home", { as: look.as, tab: "home" });
  follow();
});
