// The review queue by keyboard. The next one is fetched while this one is looked at; a decision leads to
// it at once, and what kept it from being taken is said above what it was about.

const say = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));
const list = document.querySelector("[data-reviews]");
const fetched = new Map();
const links = () => [...(list?.querySelectorAll("[data-review]") ?? [])];
const here = () => links().findIndex((link) => link.getAttribute("aria-current"));

function fetchOne(link) {
  if (!fetched.has(link.href)) {
    fetched.set(link.href, fetch(`${link.href}?alone=true`).then((answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.text();
    }));
  }
  return fetched.get(link.href);
}

function put(html) {
  const made = document.createRange().createContextualFragment(html).querySelector("#review");
  document.querySelector("#review").replaceWith(made);
  made.focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function open(link) {
  if (!link) return;
  try {
    put(await fetchOne(link));
  } catch {
    location.href = link.href;
    return;
  }
  for (const one of links()) one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.scrollIntoView({ block: "nearest" });
  history.replaceState(null, "", link.href);
  ahead();
}

function ahead() {
  const next = links()[here() + 1];
  if (next) fetchOne(next).catch(() => fetched.delete(next.href));
}

async function send(form, button) {
  const link = links()[here()];
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
  if (!answer.ok) {
    const { value } = form.querySelector("#reason");
    put(await answer.text());
    document.querySelector("#reason").value = value;
    return;
  }
  const next = links()[here() + 1] ?? links()[here() - 1];
  link?.closest("li").remove();
  document.querySelector("[data-waiting]").textContent = links().length;
  say(button.value === "release" ? "Released." : "Denied.");
  if (next) await open(next);
  else location.href = "/operate/review";
}

function decide(value) {
  const form = document.querySelector("[data-decide]");
  const reason = form?.querySelector("#reason");
  if (!reason) return;
  if (reason.value.trim()) form.requestSubmit(form.querySelector(`[value="${value}"]`));
  else reason.focus();
}

function because(button) {
  if (button) document.querySelector("#reason").value = button.firstChild.textContent.trim();
}

const keys = {
  j: () => open(links()[here() + 1]),
  k: () => open(links()[here() - 1]),
  r: () => decide("release"),
  d: () => decide("deny"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const reasons = document.querySelectorAll("[data-reason]");
  const act = keys[event.key.toLowerCase()] ?? (/^[1-4]$/.test(event.key) && (() => because(reasons[event.key - 1])));
  if (act) { event.preventDefault(); act(); }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-review]");
  if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(link); }
  because(event.target.closest("[data-reason]"));
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-decide]")) return;
  event.preventDefault();
  send(event.target, event.submitter).catch(() => say("The server cannot be reached. Nothing is lost; try again."));
});
ahead();
