"use strict";
const groups = [...document.querySelectorAll("article.group")];
const [find, source, step, count] = ["find", "source", "step", "count"].map((id) => document.getElementById(id));

// A group's text is gathered when it is first asked for: a completion as it was written, without what it lacks.
const texts = new Map();
function textOf(group) {
  if (!texts.has(group)) {
    const parts = [...group.querySelectorAll("[data-searched]")].map((part) => {
      const copy = part.cloneNode(true);
      copy.querySelectorAll("del").forEach((gone) => gone.remove());
      return copy.textContent.replaceAll("↵\n", "\n");
    });
    texts.set(group, parts.join("\n").toLowerCase());
  }
  return texts.get(group);
}

function chosen(select, value) {
  return "all" in select.selectedOptions[0].dataset || select.value === value;
}

function filter() {
  const wanted = find.value.trim().toLowerCase();
  let visible = 0;
  for (const group of groups) {
    const fits = chosen(source, group.dataset.source) && chosen(step, group.dataset.step);
    group.hidden = !fits || (wanted !== "" && !textOf(group).includes(wanted));
    visible += !group.hidden;
  }
  count.textContent = `${visible} of ${groups.length} groups`;
  document.documentElement.dataset.visible = visible;
}

find.addEventListener("input", filter);
source.addEventListener("change", filter);
step.addEventListener("change", filter);
document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());
filter();
