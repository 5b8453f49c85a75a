// One task: follows its events while it runs, and draws the waveform of its sound.

const open = document.querySelector("[data-follow]");
if (open) {
  const events = new EventSource(`/studio/${open.dataset.follow}/events`);
  for (const kind of ["step", "progress"]) {
    events.addEventListener(kind, () => htmx.trigger(open, "task-event"));
  }
  events.addEventListener("status", (event) => {
    const { status } = JSON.parse(event.data);
    if (status === "queued" || status === "running") return htmx.trigger(open, "task-event");
    events.close();
    location.reload();
  });
}

async function drawWave(svg) {
  const media = await (await fetch(svg.dataset.wave)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(media);
  const samples = sound.getChannelData(0);
  const [columns, height] = [200, 56];
  const width = Math.floor(samples.length / columns);
  svg.setAttribute("viewBox", `0 0 ${columns * 3} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  for (let column = 0; column < columns; column++) {
    let peak = 0;
    for (let i = column * width; i < (column + 1) * width; i++) peak = Math.max(peak, Math.abs(samples[i]));
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const tall = Math.max(1, peak * height);
    for (const [name, value] of Object.entries({ x: column * 3, y: (height - tall) / 2, width: 2, height: tall, fill: "currentColor" })) bar.setAttribute(name, value);
    svg.append(bar);
  }
}

for (const svg of document.querySelectorAll("[data-wave]")) {
  drawWave(svg).catch(() => svg.remove());
}
