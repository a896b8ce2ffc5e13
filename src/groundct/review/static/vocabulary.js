(() => {
"use strict";
const plain = text => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/ı/g, "i")
  .replace(/[_\s]+/g, " ");
const form = document.getElementById("find");
const field = document.getElementById("words");
const found = document.getElementById("found");
const nothing = document.getElementById("nothing");
const main = document.querySelector("main");

// Rows are items and lines of tables with an id, and what is marked as one. A row's text counts
// together with the heading of the block it stands in.
const blocks = [...main.querySelectorAll("[data-block], .table")]
  .filter(block => block.matches("[data-block]") || !block.querySelector("[data-block]"))
  .map(block => {
    const head = block.querySelector(":scope > [data-head]");
    const title = block.closest(".table")?.querySelector(":scope > h3");
    const said = plain(`${title ? title.textContent : ""} ${head ? head.textContent : ""}`);
    const rows = [...block.querySelectorAll("li[id], tr[id], .any[data-row]")]
      .map(element => ({element, text: `${said} ${plain(element.textContent)}`}));
    return {element: block, said, rows};
  });
const groups = [...main.querySelectorAll(".code, .group, .table, .part")].reverse();
const total = blocks.reduce((sum, block) => sum + block.rows.length, 0);

const filter = () => {
  const words = plain(field.value).split(" ").filter(Boolean);
  const fits = text => words.every(word => text.includes(word));
  let count = 0;
  for (const block of blocks) {
    let shown = 0;
    for (const row of block.rows) {
      row.element.hidden = !fits(row.text);
      shown += !row.element.hidden;
    }
    block.element.hidden = !shown && !fits(block.said);
    count += shown;
  }
  for (const table of main.querySelectorAll("tr[data-meaning]")) {
    table.hidden = !table.querySelector("li[id]:not([hidden]), [data-row]:not([hidden])");
  }
  for (const group of groups) {
    if (!blocks.some(block => block.element === group)) {
      group.hidden = words.length > 0 && !group.querySelector("[data-block]:not([hidden]), .table:not([hidden])");
    }
  }
  document.querySelector(".how").hidden = words.length > 0;
  nothing.hidden = Boolean(main.querySelector(".part:not([hidden])"));
  const all = total.toLocaleString("en");
  found.textContent = words.length ? `${count.toLocaleString("en")} of ${all} rows` : `${all} rows`;
  document.body.classList.toggle("searching", words.length > 0);
};

const show = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (!target.getClientRects().length) {
    field.value = "";
    filter();
  }
  target.scrollIntoView();
};

form.hidden = false;
form.addEventListener("submit", event => event.preventDefault());
field.addEventListener("input", () => {
  filter();
  if (form.getBoundingClientRect().top <= 0) main.scrollIntoView();
});
window.addEventListener("hashchange", show);
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== field && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});
filter();
})();
