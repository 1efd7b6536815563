/* The pedigree editor beyond links and forms: a click on a symbol chooses its member, and who leaves with a draft that is
   not saved is asked first, and the focus lands where something is said. Nothing here is needed to work. */
"use strict";

let meant = false; /* the page is left on purpose: the draft was saved, or its own way out was taken */

function choose(code) {
  const member = document.querySelector("[data-pedigree-editor] #member");
  if (!member || member.value === code) return;
  member.value = code;
  member.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const symbol = event.target.closest?.("[data-pedigree-editor] [data-member]");
  if (symbol) choose(symbol.dataset.member);
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "member" || !event.target.form?.hasAttribute("data-pedigree-editor")) return;
  event.target.form.requestSubmit(event.target.form.querySelector("button[value=choose]"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-leave]")) meant = true;
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const next = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (next && !next.startsWith("/sign-in")) meant = true; /* saved; a session that ended saves nothing */
});
document.addEventListener("htmx:afterSettle", () => {
  const refused = document.querySelector("[data-pedigree-editor] [role=alert]");
  const lost = document.activeElement === document.body; /* the button that was pressed can do no more */
  if (refused) refused.focus();
  else if (lost) document.querySelector("#done")?.focus();
});
window.addEventListener("beforeunload", (event) => {
  if (!meant && document.querySelector("[data-pedigree-editor][data-unsaved]")) event.preventDefault();
});
