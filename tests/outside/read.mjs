// What the Content Authenticity Initiative's reader says of files: one line of JSON for each.
// Usage: node read.mjs ROOT.pem FILE MIME [FILE MIME]...

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import init, { WasmReader } from "@contentauth/c2pa-wasm";

const wasm = createRequire(import.meta.url).resolve("@contentauth/c2pa-wasm/c2pa.wasm");
await init({ module_or_path: readFileSync(wasm) });

const [root, ...rest] = process.argv.slice(2);
const settings = JSON.stringify({
  trust: {
    trust_anchors: readFileSync(root, "utf-8"),
    trust_config: "1.3.6.1.4.1.62558.2.1\n1.3.6.1.5.5.7.3.4",
  },
  verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false },
});
while (rest.length) {
  const [path, mime] = rest.splice(0, 2);
  try {
    const reader = await WasmReader.fromBytes(mime, readFileSync(path), settings);
    const { validation_state, validation_results } = JSON.parse(reader.json());
    console.log(JSON.stringify({ validation_state, validation_results }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.message ?? error) }));
  }
}
