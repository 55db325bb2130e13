import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

const ROOT = resolve(__dirname, "..", "..", "..");
let done = false;

/** Has `dist/` fit the sources, as `npm run build` does after a change of them; looked at once in a process. */
export function ensureBuilt(): void {
  if (done) return;
  execFileSync(process.execPath, [join(ROOT, "build", "build.mjs"), "--if-needed"], { stdio: "inherit" });
  done = true;
}
