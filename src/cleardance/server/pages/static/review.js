// Keys of the review queue. They do nothing while somebody types, or holds a modifier.

const links = [...document.querySelectorAll("[data-review]")];
const form = document.querySelector("[data-decide]");
const here = links.findIndex((link) => link.getAttribute("aria-current"));

function decide(value) {
  const reason = form?.querySelector("#reason");
  if (!reason) return;
  if (reason.value.trim()) form.requestSubmit(form.querySelector(`[value="${value}"]`));
  else reason.focus();
}

const keys = {
  j: () => links[here + 1]?.click(),
  k: () => links[here - 1]?.click(),
  r: () => decide("release"),
  d: () => decide("deny"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const act = keys[event.key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
});
