import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { REQUEST_LOG } from "../../../../components/kubernetes/model/requestLog";
import { STARTED } from "../../../support/kubernetes/fakeKubectl";
import { PRINT_AS_ASKED } from "../../../support/kubernetes/printJsonPath";

/** What comes of a ping here. */
type Answer = "pong" | "silence" | "silence of busybox" | "refused" | "noauth" | "no such pod";

/** What the programs that a demo's pings meet are like. */
export interface DemoWorld {
  /** Whether the policy is there. */
  readonly policy?: boolean;
  /**
   * Answers by `cluster/namespace/name address`, one for each time that is asked, the last for ever. What is not listed gets PONG.
   */
  readonly answers?: Readonly<Record<string, readonly Answer[]>>;
  /** Whether the agent of the database's node has a monitor that works. */
  readonly monitor?: "works" | "fails" | "no agent";
  /** Addresses of pods by `cluster/namespace/name`; the others have none yet. */
  readonly pods: Readonly<Record<string, string>>;
  /** What the agent drops as soon as the first ping is sent. */
  readonly dropped?: readonly string[];
}

/** The programs on a PATH of their own. */
export interface RunningWorld {
  readonly env: NodeJS.ProcessEnv;
  /** The arguments of every call of kubectl so far. */
  calls(): Promise<readonly (readonly string[])[]>;
  /** Process ids of the monitors that were started. */
  monitors(): Promise<readonly number[]>;
  remove(): Promise<void>;
}

/** The client's cluster has this Service address. */
export const CLUSTER_IP = "10.96.0.7";

const HEAD = `#!${process.execPath}
const fs = require("node:fs");
const { join } = require("node:path");
const file = (name) => join(__dirname, name);
const world = JSON.parse(fs.readFileSync(file("world.json"), "utf8"));
`;

const KUBECTL = `${HEAD}
${PRINT_AS_ASKED}
const args = process.argv.slice(2).filter((arg) => arg !== ${JSON.stringify(REQUEST_LOG)});
fs.appendFileSync(file("calls"), JSON.stringify(args) + "\\n");
process.on("exit", (code) => code === 0 && fs.writeSync(2, ${JSON.stringify(`${STARTED}\n`)}));
const after = (flag) => args[args.indexOf(flag) + 1];
const cluster = args[0].slice("--context=".length);
const say = (value) => process.stdout.write(typeof value === "string" ? value : JSON.stringify(value));
const fail = (code, text) => {
  process.stderr.write(text + "\\n");
  process.exitCode = code;
};
const terminated = (code, text = "") => fail(code, text + "command terminated with exit code " + code);
const [verb, kind, name] = args.slice(1);
if (verb === "get" && kind === "pods") {
  const metadata = { name: "cilium-" + cluster, namespace: after("-n"), uid: "1" };
  const node = world.monitor === "no agent" ? "elsewhere" : "node-of-" + cluster;
  say(printAsAsked(args, { items: [{ kind: "Pod", metadata, spec: { nodeName: node } }] }));
} else if (verb === "get" && kind === "pod") {
  const podIP = world.pods[[cluster, after("-n"), name.replace(/-0$/, "")].join("/")];
  say({ spec: { nodeName: "node-of-" + cluster }, status: podIP === undefined ? {} : { podIP } });
} else if (verb === "get" && kind === "namespace/kube-system") {
  say({ kind: "Namespace", metadata: { name: "kube-system", uid: "uid-of-" + cluster } });
} else if (verb === "get" && kind === "service" && name === "protected-db") {
  say({ spec: { clusterIP: "${CLUSTER_IP}" } });
} else if (verb === "get" && kind === "ciliumnetworkpolicies.cilium.io/clustermesh-ingress-l4-policy") {
  say(world.policy ? kind : "");
} else if (verb === "exec" && args.includes("-i")) {
  const [program, ...rest] = args.slice(args.indexOf("--") + 1);
  // What runs in a pod is on another machine: it gets none of the signals that end kubectl, and sees its streams close.
  const child = require("node:child_process").spawn(program, rest, { stdio: "inherit", detached: true });
  child.on("close", (code) => (code === 0 ? undefined : terminated(code)));
} else if (verb === "exec" && args.includes("redis-cli")) {
  const client = [cluster, after("-n"), args[4].replace(/-0$/, "")].join("/");
  const key = client + " " + after("-h");
  const count = file("count " + key.replaceAll("/", "_"));
  fs.appendFileSync(count, ".");
  const answers = world.answers?.[key] ?? ["pong"];
  const answer = answers[Math.min(fs.statSync(count).size, answers.length) - 1];
  fs.writeFileSync(file("pinged"), "");
  // Packets are dropped before a ping has its answer, or none.
  while (fs.existsSync(file("listening")) && !fs.existsSync(file("told"))) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  const act = {
    pong: () => say("PONG\\n"),
    silence: () => setTimeout(() => terminated(124), 300),
    "silence of busybox": () => setTimeout(() => terminated(143), 300),
    refused: () => terminated(1, "Could not connect to Redis at " + after("-h") + ":6379: Connection refused\\n"),
    noauth: () => say("NOAUTH Authentication required.\\n"),
    "no such pod": () => fail(1, 'Error from server (NotFound): pods "' + args[4] + '" not found'),
  };
  act[answer]();
} else {
  fail(1, "unexpected: " + args.join(" "));
}
`;

/** Drops once there is a ping, and runs until it is ended. */
const CILIUM_DBG = `${HEAD}
fs.appendFileSync(file("monitors"), process.pid + "\\n");
if (world.monitor === "fails") {
  process.stderr.write("Cannot open monitor socket\\n");
  process.exit(1);
}
fs.writeFileSync(file("listening"), "");
process.stderr.write("Listening for events on 2 CPUs with 64x4096 of shared memory\\nPress Ctrl-C to quit\\n");
const timer = setInterval(() => {
  if (fs.existsSync(file("pinged"))) {
    clearInterval(timer);
    process.stdout.write((world.dropped ?? []).map((line) => line + "\\n").join(""), () => fs.writeFileSync(file("told"), ""));
  }
}, 10);
setInterval(() => undefined, 1000);
`;

/** Puts a kubectl and an agent's cilium-dbg on PATH. The shell and `timeout` in the agent's pod are this machine's. */
export async function demoWorld(world: DemoWorld): Promise<RunningWorld> {
  const folder = await mkdtemp(join(tmpdir(), "demo-world-"));
  const lines = async (name: string) =>
    (await readFile(join(folder, name), "utf8")).split("\n").filter((line) => line !== "");
  await writeFile(join(folder, "world.json"), JSON.stringify(world));
  await writeFile(join(folder, "kubectl"), KUBECTL, { mode: 0o755 });
  await writeFile(join(folder, "cilium-dbg"), CILIUM_DBG, { mode: 0o755 });
  await writeFile(join(folder, "calls"), "");
  await writeFile(join(folder, "monitors"), "");
  return {
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    calls: async () => (await lines("calls")).map((line) => JSON.parse(line) as readonly string[]),
    monitors: async () => (await lines("monitors")).map(Number),
    // A kubectl whose caller was killed may still be writing.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
