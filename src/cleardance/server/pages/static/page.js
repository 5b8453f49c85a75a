// What every page needs: the theme switch, the token on htmx requests, and short messages.

const root = document.documentElement;
const remembered = localStorage.getItem("theme");
if (remembered) root.dataset.theme = remembered;

document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

// On a telephone the places are a strip, wider than the screen: begin where one is.
const rail = document.querySelector(".rail");
const here = rail?.querySelector("[aria-current]");
if (here) rail.scrollLeft = here.offsetLeft - (rail.clientWidth - here.offsetWidth) / 2;

const token = document.querySelector('meta[name="csrf-token"]').content;
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = token;
});

function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 6000);
}

document.addEventListener("say", (event) => say(event.detail)); // how other scripts say something
document.addEventListener("htmx:responseError", (event) => {
  say(`That did not work: ${event.detail.xhr.statusText || event.detail.xhr.status}.`);
});
document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Nothing is lost; try again."));
