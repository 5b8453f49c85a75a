// Dropping a file onto a form's drop area, and saying which file it is.

for (const area of document.querySelectorAll("[data-drop]")) {
  const input = area.querySelector("input[type=file]");
  const name = area.querySelector("[data-drop-name]");
  const tell = () => {
    const files = [...input.files].map((file) => `${file.name}, ${(file.size / 1e6).toFixed(1)} MB`);
    if (files.length) name.textContent = files.join("; ");
  };
  input.addEventListener("change", tell);
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.toggle("over", kind === "dragover");
    });
  }
  area.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    }
  });
}
