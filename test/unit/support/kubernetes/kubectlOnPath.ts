import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { REQUEST_LOG } from "../../../../components/kubernetes/model/requestLog";
import { STARTED, type ScriptedKubectl } from "./scriptedKubectl";

/** For a `describe`: a {@link scriptedKubectl} that is a program, first on PATH, for tests that are about how kubectl is run. */
export function kubectlOnPath(): ScriptedKubectl {
  let placed: ReturnType<typeof place> | undefined;
  const remove = () => {
    placed?.remove();
    placed = undefined;
  };
  afterEach(remove);
  return {
    script: (body) => {
      remove();
      placed = place(body);
    },
    calls: () => placed?.calls() ?? [],
  };
}

function place(body: string) {
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
const calls = () => fs.readFileSync(${JSON.stringify(log)}, "utf8").split("\\n").length - 1;
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
