/** Runs a deploy-time command: `node run.mjs member.ts <verb>`. JavaScript, because it is what node starts. */
import { basename } from "node:path";
import built from "../../build/built.cjs";

const [script = ""] = process.argv.splice(2, 1);
try {
  built.loadBuilt(`${basename(script, ".ts")}.cjs`);
} catch (error) {
  process.stderr.write(`${script}: ${error.message}\n`);
  process.exitCode = 1;
}
