// The Verify page: reads the Content Credentials of the chosen file here, before and apart from what the
// server says, and says whether the two agree. Nothing of the reader is loaded before a file is chosen.

const form = document.querySelector("[data-verify]");
const card = document.querySelector("[data-reader-card]");
const answer = card.querySelector("[data-reader-answer]");
const rows = card.querySelector("dl");
const agrees = card.querySelector("[data-reader-agrees]");
const WORDS = {
  Trusted: ["clear", "Intact, and signed by an authority that this server names"],
  Valid: ["hold", "Intact, but signed by somebody whom this server does not know"],
  Invalid: ["deny", "Changed since it was signed, or signed wrongly"],
  None: ["hold", "There are no Content Credentials in this file"],
};
let worker = null;
let state = null;

function show(kind, text) {
  answer.className = `chip ${kind}`;
  answer.textContent = text;
}

function tell({ error, state: found, problems, facts }) {
  if (error) return show("hold", "The reader could not be started in this browser");
  state = found;
  show(...WORDS[state]);
  rows.replaceChildren();
  for (const [label, text] of [...Object.entries(facts), ...problems.map((one) => ["Problem", one])]) {
    if (!text) continue;
    rows.append(Object.assign(document.createElement("dt"), { textContent: label }));
    rows.append(Object.assign(document.createElement("dd"), { textContent: text }));
  }
  compare();
}

function compare() {
  const said = document.querySelector("#report")?.dataset.state;
  agrees.hidden = !said || !state;
  if (agrees.hidden) return;
  agrees.textContent = said === state
    ? `The server reads the same: ${said}.`
    : `The server reads it otherwise (${said}): believe neither before you know why.`;
}

function read(file) {
  worker?.terminate();
  state = null;
  rows.replaceChildren();
  agrees.hidden = true;
  card.hidden = false;
  show("busy", "Reading in this browser …");
  const { worker: own, reader, wasm, trust } = card.dataset;
  worker = new Worker(own, { type: "module" });
  worker.addEventListener("message", ({ data }) => tell(data));
  worker.addEventListener("error", () => tell({ error: true }));
  const urls = Object.fromEntries(Object.entries({ reader, wasm, trust })
    .map(([name, path]) => [name, new URL(path, location.href).href]));
  worker.postMessage({ file, urls });
}

const input = form.querySelector("input[type=file]");
input.addEventListener("change", () => {
  document.querySelector("#report")?.remove();
  if (input.files[0]) read(input.files[0]);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  event.detail.shouldSwap = true; // what is wrong with a file is told in the page too
  event.detail.isError = false;
});
document.addEventListener("htmx:afterSettle", compare);
