"use strict";
const CHUNK = 100; // rows that are added to the page at once
const LINE = 36; // pixels that a line of text is shown high, where the page is wide enough
const LARGEST = 3; // times that a small line is enlarged at most
const KEPT = 12; // page images that are held for the next row
const MEMBERS = ["image", "box", "line", "prompt", "task", "values", "language", "answer", "group"];

const at = (id) => document.getElementById(id);
const data = JSON.parse(at("data").textContent);

// One item for each row: `answer` is a text, or a map of texts by key, as it is edited.
const items = data.rows.map((row, index) => (
  { row, index, answer: given(row), changed: false, confirmed: false, skipped: false, article: null }
));
const byConfidence = [...items].sort((a, b) => (a.row.confidence ?? -1) - (b.row.confidence ?? -1));
let listed = byConfidence;
let shown = 0;
let unsaved = false;

function given(row) {
  if (typeof row.answer === "string") return row.answer;
  const keys = Array.isArray(row.values?.keys) ? row.values.keys : [];
  const answer = new Map(Object.entries(row.answer));
  return new Map([...new Set([...keys, ...answer.keys()])].map((key) => [key, answer.get(key) ?? ""]));
}

// Answers as they are saved and compared

function cleaned(answer) {
  if (typeof answer === "string") return answer.replace(/\r\n?/g, "\n").trim();
  return Object.fromEntries([...answer].map(([key, value]) => [key, cleaned(value)]).filter(([, value]) => value));
}

function text(answer) {
  const clean = cleaned(answer);
  return typeof clean === "string" ? clean : Object.keys(clean).length ? JSON.stringify(clean) : "";
}

const differs = (item) => text(item.answer) !== text(given(item.row));

function savedRow(item) {
  const answer = item.changed || typeof item.row.answer !== "string" ? cleaned(item.answer) : item.row.answer;
  const row = Object.fromEntries(MEMBERS.filter((name) => name in item.row).map((name) => [name, item.row[name]]));
  row.answer = answer;
  if (item.changed) row.corrected = true;
  return row;
}

function save() {
  const chosen = items.filter((item) => !item.skipped && (at("which").value === "all" || item.confirmed));
  const full = chosen.filter((item) => text(item.answer));
  const empty = chosen.length - full.length;
  const left = empty ? `; ${counted(empty, "row")} left out because the answer is empty` : "";
  if (full.length) {
    const lines = full.map((item) => JSON.stringify(savedRow(item)) + "\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
    link.download = data.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    unsaved = false;
    tell(`${counted(full.length, "row")} saved as ${data.file}${left}.`);
  } else {
    tell(`There is nothing to save yet: ${chosen.length ? "all answers are empty" : "confirm rows first"}.`);
  }
}

const counted = (count, name) => `${count.toLocaleString("en")} ${name}${count === 1 ? "" : "s"}`;

function tell(sentence) {
  at("told").textContent = sentence;
}

// What was done is kept by the browser, row by row

const place = (index) => `hyocr-label ${data.key} ${index}`;
const about = (row) => JSON.stringify([row.image, row.box ?? null, row.answer]);

function keep(item) {
  const answer = typeof item.answer === "string" ? item.answer : [...item.answer];
  const state = { about: about(item.row), answer, confirmed: item.confirmed, skipped: item.skipped };
  unsaved = true;
  try {
    localStorage.setItem(place(item.index), JSON.stringify(state));
  } catch {
    tell("This browser keeps nothing of what you do here: save before you leave.");
  }
}

function restore() {
  let restored = 0;
  for (const item of items) {
    try {
      const state = JSON.parse(localStorage.getItem(place(item.index)));
      if (state?.about !== about(item.row)) continue; // the row was edited by other means since
      item.answer = typeof item.row.answer === "string" ? state.answer : new Map(state.answer);
      item.confirmed = state.confirmed;
      item.skipped = state.skipped;
      item.changed = differs(item);
      restored += 1;
    } catch {
      // No storage, or not ours: the row is as it was read.
    }
  }
  if (restored) tell(`What you did with ${counted(restored, "row")} before is here again.`);
}

// The list

function list() {
  const filter = document.querySelector("[name=filter]:checked").value;
  const wanted = {
    all: () => true,
    unconfirmed: (item) => !item.confirmed && !item.skipped,
    changed: (item) => item.changed,
  }[filter];
  for (const item of items) item.article = null;
  listed = byConfidence.filter(wanted);
  shown = 0;
  at("rows").replaceChildren();
  if (!listed.length) {
    const none = document.createElement("p");
    none.className = "none";
    none.textContent = "There is no such row.";
    at("rows").append(none);
  }
  more();
}

function more() {
  const next = listed.slice(shown, shown + CHUNK);
  at("rows").append(...next.map(build));
  shown += next.length;
  at("rest").hidden = shown === listed.length;
  at("more").textContent = `Show ${Math.min(CHUNK, listed.length - shown)} more of ${counted(listed.length - shown, "row")}`;
}

function build(item) {
  const article = at("row").content.firstElementChild.cloneNode(true);
  const part = (selector) => article.querySelector(selector);
  const { row } = item;
  item.article = article;
  article.classList.toggle("page", !row.box);
  part(".name").textContent = row.group ?? row.image;
  part(".name").title = row.image;
  const known = typeof row.confidence === "number";
  part(".confidence").textContent = known ? `${(100 * row.confidence).toFixed(1)} %` : "no confidence";
  part(".confidence").classList.add(row.confidence >= 0.9 ? "good" : row.confidence >= 0.6 ? "fair" : "bad");
  part(".answer").append(...inputs(item));
  part(".view").append(row.box ? crop(row) : picture(row));
  part(".view").addEventListener("click", () => enlarge(row));
  part("label.confirmed input").addEventListener("change", (event) => mark(item, { confirmed: event.target.checked }));
  part("label.skip input").addEventListener("change", (event) => mark(item, { skipped: event.target.checked }));
  article.addEventListener("keydown", (event) => press(item, event));
  refresh(item);
  return article;
}

function inputs(item) {
  if (typeof item.answer !== "string") {
    return [...item.answer].map(([key, value]) => {
      const label = document.createElement("label");
      const name = document.createElement("span");
      name.textContent = key;
      label.append(name, input("input", value, (typed) => item.answer.set(key, typed), item));
      return label;
    });
  }
  const kind = item.row.line && !item.answer.includes("\n") ? "input" : "textarea";
  const made = input(kind, item.answer, (typed) => (item.answer = typed), item);
  made.ariaLabel = "answer";
  return [made];
}

function input(kind, value, set, item) {
  const made = document.createElement(kind);
  made.value = value;
  made.dir = "auto";
  made.spellcheck = false;
  made.autocomplete = "off";
  made.addEventListener("input", () => {
    set(made.value);
    mark(item, { confirmed: true, changed: differs(item) });
  });
  return made;
}

function mark(item, marks) {
  Object.assign(item, marks);
  keep(item);
  refresh(item);
  count();
}

function refresh(item) {
  if (!item.article) return;
  item.article.classList.toggle("confirmed", item.confirmed);
  item.article.classList.toggle("skipped", item.skipped);
  item.article.classList.toggle("changed", item.changed);
  item.article.querySelector("label.confirmed input").checked = item.confirmed;
  item.article.querySelector("label.skip input").checked = item.skipped;
}

function count() {
  const [confirmed, ...others] = ["confirmed", "changed", "skipped"].map((mark) => (
    [mark, items.filter((item) => item[mark]).length]
  ));
  const more = others.filter(([, some]) => some).map(([name, some]) => `, ${some.toLocaleString("en")} ${name}`);
  at("counted").textContent = `${confirmed[1].toLocaleString("en")} of ${counted(items.length, "row")} confirmed${more.join("")}`;
  at("progress").max = items.length;
  at("progress").value = confirmed[1];
}

// The keyboard

function press(item, event) {
  if (event.isComposing) return; // Enter then ends a Chinese word
  const typed = event.target.matches(".answer input, .answer textarea");
  if (event.altKey && event.code === "KeyX") {
    event.preventDefault();
    mark(item, { skipped: !item.skipped });
    if (item.skipped) go(item, 1);
  } else if (event.key === "Enter" && event.shiftKey && typed) {
    event.preventDefault();
    go(item, -1);
  } else if (event.key === "Enter" && typed && (event.ctrlKey || event.metaKey || event.target.tagName === "INPUT")) {
    event.preventDefault();
    const all = [...item.article.querySelectorAll(".answer input, .answer textarea")];
    const next = all[all.indexOf(event.target) + 1];
    if (next && !event.ctrlKey && !event.metaKey) {
      enter(next);
    } else {
      mark(item, { confirmed: true });
      go(item, 1);
    }
  }
}

function go(item, step) {
  const place = listed.indexOf(item) + step;
  if (place === shown && place < listed.length) more();
  const next = listed[place];
  if (!next) {
    if (step > 0) at("save").focus();
    return;
  }
  enter(next.article.querySelector(".answer input, .answer textarea"));
  next.article.scrollIntoView({ block: next.row.box ? "center" : "start" });
}

function enter(input) {
  input.focus({ preventScroll: true });
  input.setSelectionRange(input.value.length, input.value.length);
}

// Pictures

const address = (image) => (image.startsWith("/") ? "file://" : "") + image.split("/").map(encodeURIComponent).join("/");

const images = new Map(); // the last page images, by address
function load(url) {
  const loading = images.get(url) ?? new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = url;
  });
  images.delete(url);
  images.set(url, loading);
  if (images.size > KEPT) images.delete(images.keys().next().value);
  return loading;
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      near.unobserve(target);
      target.draw();
    }
  }
}, { rootMargin: "600px" });

// The part of the page in the row's box, with a little of what is around it.
function crop(row) {
  const [left, top, right, bottom] = row.box;
  const margin = Math.round(0.15 * (bottom - top));
  const [x, y] = [Math.max(0, left - margin), Math.max(0, top - margin)];
  const [width, height] = [right + margin - x, bottom + margin - y];
  const scale = row.line ? Math.min(LARGEST, LINE / (bottom - top)) : 1;
  const canvas = document.createElement("canvas");
  const sharp = Math.min(scale * window.devicePixelRatio, 4096 / width, 4096 / height);
  canvas.width = Math.max(1, Math.round(width * sharp));
  canvas.height = Math.max(1, Math.round(height * sharp));
  canvas.style.width = `${Math.round(width * scale)}px`;
  canvas.draw = async () => {
    try {
      const image = await load(address(row.image));
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image, x, y, width, height, 0, 0, canvas.width, canvas.height);
    } catch {
      canvas.replaceWith(lost(row));
    }
  };
  near.observe(canvas);
  return canvas;
}

function picture(row) {
  const image = new Image();
  image.loading = "lazy";
  image.alt = "";
  image.onerror = () => image.replaceWith(lost(row));
  image.src = address(row.image);
  return image;
}

function lost(row) {
  const sentence = document.createElement("span");
  sentence.className = "lost";
  sentence.textContent = `The picture ${row.image} cannot be shown: it belongs beside this page.`;
  return sentence;
}

function enlarge(row) {
  const [whole, image, mark] = [".whole", "img", ".mark"].map((selector) => at("large").querySelector(selector));
  at("name").textContent = row.image;
  mark.hidden = true;
  image.onload = () => {
    whole.style.maxWidth = `${2 * image.naturalWidth}px`;
    if (!row.box) return;
    const [left, top, right, bottom] = row.box;
    mark.hidden = false;
    mark.style.left = `${(100 * left) / image.naturalWidth}%`;
    mark.style.top = `${(100 * top) / image.naturalHeight}%`;
    mark.style.width = `${(100 * (right - left)) / image.naturalWidth}%`;
    mark.style.height = `${(100 * (bottom - top)) / image.naturalHeight}%`;
    mark.scrollIntoView({ block: "center" });
  };
  at("large").showModal();
  image.src = "";
  image.src = address(row.image);
}

at("about").textContent = `${data.about.join(" · ")} · ${counted(items.length, "row")}`;
at("command").textContent = data.command;
at("file").textContent = data.file;
at("filter").addEventListener("change", list);
at("more").addEventListener("click", more);
at("tools").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
restore();
count();
list();
