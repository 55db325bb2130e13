import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(__dirname, "..", "..");

/** Makes keys and exports them while memory is collected all the time: it ends, or it waits for ever. */
const KEYS = `
  const { generateKey } = require("./test/plugins/tls/generateKey.ts");
  for (let made = 0; made < 5000; made++) generateKey("ECDSA", "P256", 0).export({ format: "jwk" });
`;

describe("keys of the tls stand-in", function () {
  this.timeout(120_000);

  it("can be exported while those made before are collected", () => {
    const tsx = ["--import=tsx", "--max-semi-space-size=1", "--eval", KEYS];
    const { status, stderr } = spawnSync(process.execPath, tsx, { cwd: ROOT, encoding: "utf8", timeout: 100_000 });
    assert.equal(status, 0, stderr);
  });
});
