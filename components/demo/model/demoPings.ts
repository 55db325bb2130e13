import { error, type Diagnostic } from "../../mesh/model/diagnostic";
import {
  DEMO_POLICY,
  DEMO_PORT,
  demoWorkloads,
  PROTECTED_DB,
  workloadName,
  type DemoPlaces,
  type DemoWorkload,
} from "./demo";
import { policyLists } from "./demoPolicy";

/** When a ping is sent: with the policy not there yet, or in place. */
export type Phase = "before" | "after";

/** How a ping gets to the database: straight to its pod, or through the global Service of the client's own cluster. */
export type Path = "pod IP" | "ClusterIP";

/** One ping of the database, and what it must come to. */
export interface Ping {
  readonly client: DemoWorkload;
  readonly path: Path;
  readonly expected: "PONG" | "no answer";
}

/**
 * Every ping of a phase. Before the policy everybody reaches the database: without that, silence afterwards would prove nothing. The
 * ClusterIP is pinged from the clients' cluster only, where the Service has no backend of its own.
 */
export function expectedPings(demo: DemoPlaces, phase: Phase): readonly Ping[] {
  return demoWorkloads(demo)
    .filter((workload) => workload.role === "client")
    .flatMap((client): readonly Ping[] => {
      const expected = phase === "before" || policyLists(demo, client) ? "PONG" : "no answer";
      const paths: readonly Path[] = client.cluster === demo.clientCluster ? ["pod IP", "ClusterIP"] : ["pod IP"];
      return paths.map((path) => ({ client, path, expected }));
    });
}

/** The command of a ping, with a limit inside the pod: a killed `kubectl exec` would leave redis-cli there for minutes. */
export function pingCommand(address: string, timeoutSeconds: number): readonly string[] {
  return ["timeout", String(timeoutSeconds), "redis-cli", "-h", address, "-p", String(DEMO_PORT), "ping"];
}

/** What came of a ping. Only silence looks like a policy: a refusal or an error of redis shows that the packets went through. */
export type Seen =
  | { readonly kind: "pong" }
  | { readonly kind: "silence" }
  | { readonly kind: "answer"; readonly text: string }
  | { readonly kind: "notPinged"; readonly reason: string };

/** `timeout` of coreutils ends with 124 when the time is up; busybox's lets the signal be seen, 128 + SIGTERM. */
const TIMED_OUT: ReadonlySet<number> = new Set([124, 143]);

/** `timeout` itself failed, or there is no such program in the pod. */
const NOT_RUN: ReadonlySet<number> = new Set([125, 126, 127]);

/** kubectl's words where the command in the pod was run and has failed, and not the way there. */
const RAN = /^command terminated with exit code \d+$/;

/** Reads how `kubectl exec … redis-cli ping` ended. */
export function readPing(ended: {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}): Seen {
  const { code, stdout, stderr } = ended;
  const said = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  const words = said.filter((line) => line !== "" && !RAN.test(line)).join("; ");
  if (code === 0) return stdout.trim() === "PONG" ? { kind: "pong" } : { kind: "answer", text: words };
  if (code === null || NOT_RUN.has(code) || !said.some((line) => RAN.test(line))) {
    return { kind: "notPinged", reason: words === "" ? `kubectl exec ended with ${String(code)}` : words };
  }
  return TIMED_OUT.has(code) ? { kind: "silence" } : { kind: "answer", text: words };
}

/** What came of a ping in the words of {@link Ping.expected}, as far as they go. */
export function seenWords(seen: Seen): string {
  switch (seen.kind) {
    case "pong":
      return "PONG";
    case "silence":
      return "no answer";
    case "answer":
      return `another answer (${seen.text})`;
    case "notPinged":
      return `not pinged (${seen.reason})`;
  }
}

/** A ping and what came of it. */
export interface PingResult {
  readonly ping: Ping;
  readonly seen: Seen;
}

/** What is wrong with a ping, and the rule that it breaks; nothing where it came to what it must. */
function pingProblem(demo: DemoPlaces, phase: Phase, { ping, seen }: PingResult): readonly Diagnostic[] {
  const saw = seenWords(seen);
  if (saw === ping.expected) return [];
  return [
    error({
      cluster: ping.client.cluster,
      property: `${PROTECTED_DB} pinged from ${workloadName(ping.client)} by ${ping.path} ${phase} the policy:`,
      reason: `expected ${ping.expected}, saw ${saw}`,
      fix: brokenRule(demo, phase, ping, seen),
    }),
  ];
}

function brokenRule(demo: DemoPlaces, phase: Phase, { client }: Ping, seen: Seen): string {
  const { cluster, namespace, name } = client;
  const who = `${name} of ${cluster}/${namespace}`;
  if (seen.kind === "notPinged") {
    return "nothing is proved by a ping that was not sent: see that the pods run and kubectl exec works";
  }
  if (phase === "before") {
    return seen.kind === "silence"
      ? `before the policy everybody reaches ${PROTECTED_DB}: check the mesh, the routes and other policies`
      : `before the policy everybody reaches ${PROTECTED_DB}: check what answers there`;
  }
  if (policyLists(demo, client)) {
    return seen.kind === "silence"
      ? `policy ${DEMO_POLICY} lists ${who}, yet it got no answer: check the identities that the agents have of it`
      : `policy ${DEMO_POLICY} lists ${who}, yet something else answered: check what answers there`;
  }
  return seen.kind === "pong"
    ? `policy ${DEMO_POLICY} does not list ${who}, yet it got PONG`
    : `policy ${DEMO_POLICY} drops what it does not list without a word, yet ${who} got one: its packets were not dropped`;
}

/** Everything that is wrong with the pings of one round. */
export function pingProblems(demo: DemoPlaces, phase: Phase, results: readonly PingResult[]): readonly Diagnostic[] {
  return results.flatMap((result) => pingProblem(demo, phase, result));
}
