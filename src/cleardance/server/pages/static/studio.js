// References by choosing or dropping: each becomes a chip that can be put into the prompt by its name.

// Not imported: a second address of page.js would be a second page.js.
const say = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));

const form = document.querySelector("[data-studio]");
const input = form.querySelector("#files");
const list = form.querySelector("[data-references]");
const prompt = form.querySelector("#prompt");
let chosen = [];

const kindOf = (file) => ({ image: "Image", video: "Video", audio: "Audio" })[file.type.split("/")[0]];

function keep() {
  const transfer = new DataTransfer();
  for (const file of chosen) transfer.items.add(file);
  input.files = transfer.files;
}

function roles(file, name) {
  const role = document.createElement(kindOf(file) === "Image" ? "select" : "input");
  role.name = "roles";
  if (role.tagName === "INPUT") { role.type = "hidden"; role.value = `reference_${kindOf(file).toLowerCase()}`; return role; }
  role.className = "compact"; role.setAttribute("aria-label", `What ${name} is for`);
  for (const [value, text] of [["reference_image", "as reference"], ["first_frame", "as first frame"], ["last_frame", "as last frame"]]) role.append(new Option(text, value));
  return role;
}

function chip(file, name) {
  const item = document.createElement("span");
  item.className = "reference";
  const picture = document.createElement(kindOf(file) === "Image" ? "img" : "span");
  if (picture.tagName === "IMG") { picture.src = URL.createObjectURL(file); picture.alt = ""; }
  else { picture.className = "kind"; picture.textContent = kindOf(file)[0]; }
  const put = document.createElement("button");
  put.type = "button"; put.className = "button quiet compact"; put.textContent = name; put.title = `${file.name}: put its name into the prompt`;
  put.addEventListener("click", () => {
    prompt.setRangeText(`${name} `, prompt.selectionStart, prompt.selectionEnd, "end");
    prompt.focus();
    prompt.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const drop = document.createElement("button");
  drop.type = "button"; drop.className = "button quiet compact"; drop.textContent = "×"; drop.setAttribute("aria-label", `Leave out ${name}, ${file.name}`);
  drop.addEventListener("click", () => { chosen = chosen.filter((one) => one !== file); show(); input.focus(); });
  item.append(picture, put, roles(file, name), drop);
  return item;
}

function show() {
  keep();
  for (const old of list.querySelectorAll(".reference:not([data-kept])")) old.remove();
  const count = { Image: list.querySelectorAll("[data-kept]").length };
  for (const file of chosen) {
    const kind = kindOf(file);
    count[kind] = (count[kind] ?? 0) + 1;
    list.append(chip(file, `@${kind}${count[kind]}`));
  }
}

function add(files) {
  const known = [...files].filter(kindOf);
  if (known.length < files.length) say("Pictures, clips and sounds can be added, and nothing else.");
  chosen = [...chosen, ...known].slice(0, 12);
  show();
}

input.addEventListener("change", () => add([...input.files].filter((file) => !chosen.includes(file))));
form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  add(event.dataTransfer.files);
});

form.querySelector("[data-add-shot]").addEventListener("click", () => {
  const last = Math.max(0, ...[...prompt.value.matchAll(/\bshot (\d+):/gi)].map((found) => Number(found[1])));
  const told = prompt.value.trim();
  prompt.value = last ? `${told}\nShot ${last + 1}: ` : `Shot 1: ${told}\n${told ? "Shot 2: " : ""}`;
  prompt.focus();
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
});
