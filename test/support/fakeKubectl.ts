import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A `kubectl` that answers for agents: one pod a cluster, whose status is the recorded JSON given for the cluster. */
export interface FakeKubectl {
  readonly env: NodeJS.ProcessEnv;
  /** The arguments of every call so far. */
  calls(): Promise<readonly (readonly string[])[]>;
  remove(): Promise<void>;
}

const PROGRAM = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const args = process.argv.slice(2);
appendFileSync(join(__dirname, "calls"), JSON.stringify(args) + "\\n");
const context = (args.find((arg) => arg.startsWith("--context=")) ?? "").slice("--context=".length);
const has = (...words) => words.every((word) => args.includes(word));
if (has("get", "pods")) {
  const metadata = { name: "cilium-" + context, namespace: "kube-system", uid: "1" };
  process.stdout.write(JSON.stringify({ items: [{ kind: "Pod", metadata, spec: { nodeName: "node1" } }] }));
} else if (has("exec", "cilium-dbg", "status")) {
  process.stdout.write(readFileSync(join(__dirname, context + ".json")));
} else if (has("exec", "cilium-dbg", "troubleshoot", "clustermesh")) {
  process.stdout.write("troubleshooting in " + context);
} else if (!has("annotate", "pods")) {
  process.stderr.write("unexpected: " + args.join(" "));
  process.exitCode = 1;
}
`;

/** @param statuses What \`cilium-dbg status -o json\` prints, by kubeconfig context. */
export async function fakeKubectl(statuses: Readonly<Record<string, object>>): Promise<FakeKubectl> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-kubectl-"));
  await writeFile(join(folder, "kubectl"), PROGRAM, { mode: 0o755 });
  await writeFile(join(folder, "calls"), "");
  await Promise.all(
    Object.entries(statuses).map(([context, status]) =>
      writeFile(join(folder, `${context}.json`), JSON.stringify(status)),
    ),
  );
  return {
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    calls: async () => {
      const lines = (await readFile(join(folder, "calls"), "utf8")).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as readonly string[]);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
