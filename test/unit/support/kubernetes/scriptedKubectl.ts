import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { REQUEST_LOG } from "../../../../components/kubernetes/model/requestLog";
import { PRINT_AS_ASKED } from "../../../support/kubernetes/printJsonPath";

/** What kubectl logs when it starts. */
export const STARTED = "I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file";

/** A kubectl of the tests' own, first on PATH until it is removed. */
export interface ScriptedKubectl {
  /** The argument lists it was called with, without the verbosity. */
  calls(): readonly (readonly string[])[];
  remove(): void;
}

/** A kubectl that has started, and waits for an API server that is silent. */
export const SILENT = `process.stderr.write("${STARTED}\\n");
setInterval(() => undefined, 1000);`;

/**
 * Puts a program named kubectl on PATH.
 *
 * @param body JavaScript that answers; it has `args`, the arguments without the first, which says which cluster is meant,
 * `calls(which?)`, how often it was called so far, and `printAsAsked(args, value)`, what kubectl prints of a value.
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
const [cluster, ...args] = process.argv.slice(2).filter((arg) => arg !== ${JSON.stringify(REQUEST_LOG)});
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify([cluster, ...args]) + "\\n");
const calls = (which = () => true) =>
  fs.readFileSync(${JSON.stringify(log)}, "utf8").split("\\n").slice(0, -1).map((call) => JSON.parse(call)).filter(which).length;
${PRINT_AS_ASKED}
// Its log says that it ran, as the real one's does.
process.on("exit", (code) => code === 0 && fs.writeSync(2, ${JSON.stringify(`${STARTED}\n`)}));
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
