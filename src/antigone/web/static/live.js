/* What the pages do beyond links and forms: show how far a search is, without a reload, and the person whom a wide
   drawing is about. Nothing here is needed to work. */
"use strict";

function watch(element) {
  const source = new EventSource(element.dataset.live);
  const bar = element.querySelector("progress");
  const words = element.querySelector("[data-step]");
  const from = element.querySelector("[data-words]"); /* from where a resumed search goes on */
  source.addEventListener("progress", (event) => {
    const seen = JSON.parse(event.data);
    const counted = seen.of > 1; /* a single step has no middle: the bar then only shows that something happens */
    if (counted) {
      bar.max = seen.of;
      bar.value = seen.done;
    } else {
      bar.removeAttribute("value");
    }
    if (from) {
      from.textContent = seen.words;
    }
    words.textContent = !seen.step ? "starting" : counted ? `${seen.step}: ${seen.done} of ${seen.of}` : seen.step;
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; /* the browser tries again by itself */
    bar.hidden = true;
    words.textContent = "This page gets no more news. Load it again to see how far it is."; /* the session has ended, say */
  });
  source.addEventListener("ended", () => {
    source.close();
    window.location.reload();
  });
}

document.querySelectorAll("[data-live]").forEach(watch);

/* Time goes on where nothing can be counted: from the seconds that had passed when the page was made. */
function tick(element) {
  const seconds = Number(element.dataset.passed) + Math.round(performance.now() / 1000);
  const minutes = Math.floor(seconds / 60);
  element.textContent = `${minutes ? `${minutes} min ` : ""}${seconds % 60} s since it was asked for`;
}

const clocks = document.querySelectorAll("[data-passed]");
if (clocks.length) setInterval(() => clocks.forEach(tick), 1000);

/* A part of the page that scrolls is a stop of the keyboard only while there is something to scroll to. */
const parts = new ResizeObserver((seen) => seen.forEach(({ target }) => {
  const wide = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
  target.tabIndex = wide || target.closest("details") || target === document.activeElement ? 0 : -1;
}));

function show(drawing) {
  const symbols = [...drawing.querySelectorAll("[data-member]")];
  const symbol = symbols.find((one) => one.dataset.member === drawing.dataset.show);
  if (!symbol) return;
  const [inner, outer] = [symbol.getBoundingClientRect(), drawing.getBoundingClientRect()];
  drawing.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
}

function settle() {
  document.querySelectorAll("[data-show]").forEach(show);
  document.querySelectorAll("[role=region][tabindex]").forEach((part) => parts.observe(part));
}

settle();
document.addEventListener("htmx:afterSettle", settle);
