/* The pedigree editor beyond links and forms: a click on a symbol chooses its member. Nothing here is needed to work. */
"use strict";

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
