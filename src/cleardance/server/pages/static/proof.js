// Checks a ledger proof in the browser: RFC 6962 inclusion, and the Ed25519 signature on the checkpoint
// (C2SP tlog-checkpoint). Nothing here asks the server for anything but the proof itself.

const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const text = (string) => new TextEncoder().encode(string);
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

async function sha256(...parts) {
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const leafHash = (entry) => sha256(new Uint8Array([0]), text(entry));
const nodeHash = (left, right) => sha256(new Uint8Array([1]), left, right);

/** Returns the root that a path leads to (RFC 9162, 2.1.3.2); throws if the path does not fit. */
export async function rootOf(leaf, index, size, path) {
  if (!(index < size)) throw new Error("the entry is outside of the checkpoint");
  let [position, last, root] = [BigInt(index), BigInt(size) - 1n, leaf];
  for (const sibling of path) {
    if (last === 0n) throw new Error("the path is too long");
    if (position % 2n === 1n || position === last) {
      root = await nodeHash(sibling, root);
      while (position % 2n === 0n && position !== 0n) { position >>= 1n; last >>= 1n; }
    } else {
      root = await nodeHash(root, sibling);
    }
    position >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) throw new Error("the path is too short");
  return root;
}

/** Returns {origin, size, root} of a checkpoint signed by `key` (name+id+base64); throws if it is not. */
export async function openCheckpoint(note, key) {
  const end = note.lastIndexOf("\n\n");
  const signed = note.slice(0, end + 1);
  const [name, id] = key.split("+", 2);
  const publicKey = bytes(key.slice(name.length + id.length + 2)).slice(1);
  const lines = note.slice(end + 2).trimEnd().split("\n");
  const mine = lines.map((line) => line.split(" ")).filter(([dash, signer]) => dash === "—" && signer === name);
  const imported = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  for (const [, , blob] of mine) {
    const signature = bytes(blob).slice(4);
    if (await crypto.subtle.verify("Ed25519", imported, signature, text(signed))) {
      const [origin, size, root] = signed.split("\n");
      if (origin !== name) throw new Error("the checkpoint is of another ledger");
      return { origin, size: Number(size), root: bytes(root) };
    }
  }
  throw new Error("the checkpoint is not signed by the ledger's key");
}

/** Resolves to the number of entries under the checkpoint, if the proof holds; throws what is wrong. */
export async function checkProof(proof, key) {
  const checkpoint = await openCheckpoint(proof.checkpoint, key);
  const leaf = await leafHash(proof.entry);
  const root = await rootOf(leaf, proof.index, checkpoint.size, proof.path.map(bytes));
  if (!equal(root, checkpoint.root)) throw new Error("the path does not lead to the signed root");
  return checkpoint.size;
}

async function prove() {
  const place = document.getElementById("proof");
  if (!place) return;
  const answer = document.querySelector("[data-proof-answer]");
  const { proof, key } = JSON.parse(place.textContent);
  try {
    const size = await checkProof(proof, key);
    answer.textContent = `Proved in this browser: entry ${proof.index} of ${size}`;
    answer.className = "chip clear";
  } catch (problem) {
    answer.textContent = `Not proved: ${problem.message}`;
    answer.className = "chip deny";
  }
}

prove();
document.addEventListener("htmx:afterSettle", prove);
