// The console: clocks that run, acts that ask whether you are sure, and copying a key.

const units = [[86400, "d"], [3600, "h"], [60, "min"]];

function left(seconds) {
  const parts = [];
  for (const [size, name] of units) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count || parts.length) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ") || "less than a minute";
}

function tick() {
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const seconds = (new Date(clock.dateTime) - Date.now()) / 1000;
    clock.title ||= clock.textContent;
    clock.textContent = seconds < 0 ? `${left(-seconds)} late` : `in ${left(seconds)}`;
    clock.classList.toggle("late", seconds < 0);
  }
}

tick();
setInterval(tick, 30_000);

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.sure;
  if (question && !confirm(question)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(button.parentElement.querySelector("[data-copy]").textContent);
  button.textContent = "Copied";
});
