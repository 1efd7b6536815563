/* What the pages do beyond links and forms: show how far a search is, without a reload. Nothing here is needed to work. */
"use strict";

function watch(element) {
  const source = new EventSource(element.dataset.live);
  const bar = element.querySelector("progress");
  const words = element.querySelector("[data-step]");
  source.addEventListener("progress", (event) => {
    const seen = JSON.parse(event.data);
    const counted = seen.of > 1; /* a single step has no middle: the bar then only shows that something happens */
    if (counted) {
      bar.max = seen.of;
      bar.value = seen.done;
    } else {
      bar.removeAttribute("value");
    }
    words.textContent = !seen.step ? "waiting for its turn" : counted ? `${seen.step}: ${seen.done} of ${seen.of}` : seen.step;
  });
  source.addEventListener("ended", () => {
    source.close();
    window.location.reload();
  });
}

document.querySelectorAll("[data-live]").forEach(watch);
