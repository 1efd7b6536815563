/* The genotype grid beyond a form: Enter and the arrows go from cell to cell, and what stands at a marker is read by the
   server as soon as its row is left. Nothing here is needed to work; the server judges the whole form again. */
"use strict";

const grid = document.querySelector("[data-grid]");
const cells = grid ? [...grid.querySelectorAll("input[name=first], input[name=second]")] : [];

function go(place) {
  const next = cells[place] ?? (place < 0 ? cells[0] : grid.querySelector("button"));
  next.focus();
  next.select?.();
}

function steps(event, cell) {
  const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const atStart = whole || cell.selectionEnd === 0;
  const atEnd = whole || cell.selectionStart === cell.value.length;
  switch (event.key) {
    case "Enter": return 1;
    case "ArrowDown": return 2;
    case "ArrowUp": return -2;
    case "ArrowRight": return atEnd ? 1 : 0;
    case "ArrowLeft": return atStart ? -1 : 0;
    default: return 0;
  }
}

async function check(row) {
  const text = [...row.querySelectorAll("input[name=first], input[name=second]")].map((cell) => cell.value).join(" ");
  const read = row.querySelector("[data-read]");
  if (row.dataset.text === text.trim()) return;
  row.dataset.text = text.trim();
  const sent = new URLSearchParams({ marker: row.dataset.marker, text });
  for (const name of ["incident", "sample"]) sent.set(name, grid.elements[name].value);
  const answer = await fetch(grid.dataset.check, {
    method: "POST", body: sent, headers: { "X-CSRF-Token": grid.elements.csrf.value },
  }).catch(() => null);
  if (!answer?.ok || row.dataset.text !== text.trim()) return; /* the whole form is judged when it is sent */
  const said = await answer.json();
  read.textContent = said.wrong || said.read;
  row.classList.toggle("faulty", Boolean(said.wrong));
  row.querySelectorAll("input[name=first], input[name=second]").forEach((cell) => {
    cell.setAttribute("aria-invalid", String(Boolean(said.wrong)));
  });
}

grid?.addEventListener("keydown", (event) => {
  const place = cells.indexOf(event.target);
  const by = place < 0 || event.isComposing ? 0 : steps(event, event.target);
  if (!by) return;
  event.preventDefault();
  go(place + by);
});
grid?.addEventListener("focusout", (event) => {
  const row = event.target.closest("[data-marker]");
  if (row && !row.contains(event.relatedTarget)) check(row);
});
