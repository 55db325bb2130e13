import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A kubectl of the tests' own, first on PATH until it is removed. */
export interface ScriptedKubectl {
  /** The argument lists it was called with. */
  calls(): readonly (readonly string[])[];
  remove(): void;
}

/**
 * Puts a program named kubectl on PATH.
 *
 * @param body JavaScript that answers; it has `args`, the arguments without the first, which says which cluster is meant.
 */
export function scriptedKubectl(body: string): ScriptedKubectl {
  const folder = mkdtempSync(join(tmpdir(), "scripted-kubectl-"));
  const log = join(folder, "calls");
  const program = join(folder, "kubectl");
  writeFileSync(log, "");
  writeFileSync(
    program,
    `#!${process.execPath}
const fs = require("node:fs");
const [cluster, ...args] = process.argv.slice(2);
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify([cluster, ...args]) + "\\n");
${body}
`,
  );
  chmodSync(program, 0o700);
  const path = process.env["PATH"] ?? "";
  process.env["PATH"] = `${folder}${delimiter}${path}`;
  return {
    calls: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as string[]),
    remove: () => {
      process.env["PATH"] = path;
      rmSync(folder, { recursive: true });
    },
  };
}
