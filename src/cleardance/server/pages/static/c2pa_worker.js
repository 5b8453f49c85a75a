// Reads a file's Content Credentials, in a worker of its own: WebAssembly may run here, and not in the
// page. Takes {file, urls: {reader, wasm, trust}}; answers {state, problems, facts} or {error}.

const made = (manifest) => manifest.assertions
  ?.filter(({ label }) => label.startsWith("c2pa.actions"))
  .flatMap(({ data }) => data.actions ?? [])
  .find(({ action }) => action === "c2pa.created");

function failures(results) {
  const found = [...(results?.activeManifest?.failure ?? [])];
  for (const { validationDeltas } of results?.ingredientDeltas ?? []) found.push(...(validationDeltas?.failure ?? []));
  return found.filter(({ code }) => code !== "signingCredential.untrusted");
}

function told(store) {
  const manifest = store.manifests?.[store.active_manifest];
  if (!manifest) return { state: "Invalid", problems: ["no active manifest"], facts: {} };
  const problems = failures(store.validation_results).map(({ code, explanation }) => `${code}: ${explanation ?? ""}`);
  const facts = {
    "Signed by": manifest.signature_info?.issuer,
    "Signed at": manifest.signature_info?.time,
    Manifest: store.active_manifest,
    Source: made(manifest)?.digitalSourceType?.split("/").at(-1),
    "Made with": manifest.claim_generator_info?.[0]?.name,
  };
  return { state: problems.length ? "Invalid" : store.validation_state, problems, facts };
}

addEventListener("message", async ({ data: { file, urls } }) => {
  try {
    const [{ default: start, WasmReader }, settings] = await Promise.all([
      import(urls.reader),
      fetch(urls.trust).then((answer) => answer.text()),
    ]);
    await start({ module_or_path: urls.wasm });
    try {
      const reader = await WasmReader.fromBlob(file.type, file, settings);
      postMessage(told(JSON.parse(reader.json())));
    } catch (problem) {
      const text = String(problem?.message ?? problem);
      const none = /JumbfNotFound|UnsupportedType|unsupported/i.test(text);
      postMessage({ state: none ? "None" : "Invalid", problems: none ? [] : [text], facts: {} });
    }
  } catch (problem) {
    postMessage({ error: String(problem?.message ?? problem) });
  }
});
