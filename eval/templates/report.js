"use strict";
const pages = [...document.querySelectorAll("details.page")];
const [find, sort, count] = ["find", "sort", "count"].map((id) => document.getElementById(id));

// A page's text is gathered when it is first asked for.
const texts = new Map();
function textOf(page) {
  if (!texts.has(page)) {
    const parts = [...page.querySelectorAll("[data-searched]")].map((part) => part.textContent);
    texts.set(page, parts.join("\n").toLowerCase());
  }
  return texts.get(page);
}

function filter() {
  const wanted = find.value.trim().toLowerCase();
  let visible = 0;
  for (const page of pages) {
    page.hidden = wanted !== "" && !textOf(page).includes(wanted);
    visible += !page.hidden;
  }
  count.textContent = `${visible} of ${pages.length} pages`;
  document.documentElement.dataset.visible = visible;
}

function reorder() {
  const option = sort.selectedOptions[0];
  const sign = option.dataset.better === "lower" ? -1 : 1;
  const score = (page) => {
    const value = Number(page.dataset.scores.split(" ")[option.value]);
    return Number.isNaN(value) ? Infinity : sign * value;
  };
  pages.sort((a, b) => score(a) - score(b) || (a.dataset.id < b.dataset.id ? -1 : 1));
  document.getElementById("pages").append(...pages);
}

find.addEventListener("input", filter);
sort.addEventListener("change", reorder);
document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());
filter();
