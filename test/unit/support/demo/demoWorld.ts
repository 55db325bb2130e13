import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { REQUEST_LOG } from "../../../../components/kubernetes/model/requestLog";
import { STARTED } from "../kubernetes/scriptedKubectl";
import { PRINT_AS_ASKED } from "../../../support/kubernetes/printJsonPath";

/** What the programs that a demo's pings meet are like. */
export interface DemoWorld {
  /** Addresses of pods by `cluster/namespace/name`. */
  readonly pods: Readonly<Record<string, string>>;
  /** Who gets no answer, by `cluster/namespace/name`; the others get PONG. */
  readonly silent: readonly string[];
  /** What the agent drops as soon as the first ping is sent. */
  readonly dropped: readonly string[];
}

/** The programs on a PATH of their own. */
export interface RunningWorld {
  readonly env: NodeJS.ProcessEnv;
  /** Whether anything was pinged. */
  pinged(): boolean;
  /** Process ids of the monitors that were started. */
  monitors(): Promise<readonly number[]>;
  remove(): Promise<void>;
}

const HEAD = `#!${process.execPath}
const fs = require("node:fs");
const { join } = require("node:path");
const file = (name) => join(__dirname, name);
const world = JSON.parse(fs.readFileSync(file("world.json"), "utf8"));
`;

const KUBECTL = `${HEAD}
${PRINT_AS_ASKED}
const args = process.argv.slice(2).filter((arg) => arg !== ${JSON.stringify(REQUEST_LOG)});
process.on("exit", (code) => code === 0 && fs.writeSync(2, ${JSON.stringify(`${STARTED}\n`)}));
const namespace = args[args.indexOf("-n") + 1];
const cluster = args[0].slice("--context=".length);
const node = "node-of-" + cluster;
const say = (value) => process.stdout.write(typeof value === "string" ? value : JSON.stringify(value));
const terminated = (code) => {
  process.stderr.write("command terminated with exit code " + code + "\\n");
  process.exitCode = code;
};
const [verb, object] = args.slice(1);
const named = (pod) => [cluster, namespace, pod.replace(/-0$/, "")].join("/");
if (verb === "get" && object === "pods") {
  const metadata = { name: "cilium-" + cluster, namespace, uid: "1" };
  say(printAsAsked(args, { items: [{ kind: "Pod", metadata, spec: { nodeName: node } }] }));
} else if (verb === "get" && object === "daemonset/cilium") {
  const spec = { selector: { matchLabels: { "k8s-app": "cilium" } }, template: {} };
  say({ kind: "DaemonSet", metadata: { name: "cilium", uid: "2" }, spec });
} else if (verb === "get" && object.startsWith("pod/")) {
  say({ spec: { nodeName: node }, status: { podIP: world.pods[named(object.slice(4))] } });
} else if (verb === "get" && object.startsWith("service/")) {
  say({ spec: { clusterIP: "10.96.0.7" } });
} else if (verb === "exec" && args.includes("-i")) {
  const [program, ...rest] = args.slice(args.indexOf("--") + 1);
  // What runs in a pod is on another machine: it gets none of the signals that end kubectl, and sees its streams close.
  const child = require("node:child_process").spawn(program, rest, { stdio: "inherit", detached: true });
  child.on("close", (code) => (code === 0 ? undefined : terminated(code)));
} else if (verb === "exec") {
  fs.writeFileSync(file("pinged"), "");
  // Packets are dropped before a ping has its answer, or none.
  while (fs.existsSync(file("listening")) && !fs.existsSync(file("told"))) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
  if (world.silent.includes(named(args[4]))) terminated(124);
  else say("PONG\\n");
}
`;

/** Drops once there is a ping, and runs until it is ended. */
const CILIUM_DBG = `${HEAD}
fs.appendFileSync(file("monitors"), process.pid + "\\n");
fs.writeFileSync(file("listening"), "");
process.stderr.write("Listening for events on 2 CPUs with 64x4096 of shared memory\\nPress Ctrl-C to quit\\n");
const timer = setInterval(() => {
  if (fs.existsSync(file("pinged"))) {
    clearInterval(timer);
    process.stdout.write(world.dropped.map((line) => line + "\\n").join(""), () => fs.writeFileSync(file("told"), ""));
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
  await writeFile(join(folder, "monitors"), "");
  return {
    env: { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` },
    pinged: () => existsSync(join(folder, "pinged")),
    monitors: async () => (await lines("monitors")).map(Number),
    // A kubectl whose caller was killed may still be writing.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
