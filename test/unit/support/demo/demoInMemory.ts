import type { ExecResult, RunningExec } from "../../../../components/kubernetes/clusterApi";
import { runVerb } from "../../../../components/command/protocol";
import { DEMO_POLICY } from "../../../../components/demo/model/demo";
import type { Phase } from "../../../../components/demo/model/demoPings";
import { verdictTable } from "../../../../components/demo/model/demoVerdicts";
import { demoVerbs, pingInput } from "../../../../components/demo/verbs";
import type { Ended } from "../../../support/command/runScript";
import { ClusterInMemory } from "../../../support/kubernetes/clusterInMemory";
import type { AskedExec } from "../../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../../support/kubernetes/storedObject";
import { runHere } from "../command/runCommand";
import { pingsInput, PLACES } from "./runDemoPings";

/** What comes of a ping here. */
type Answer = "pong" | "silence" | "silence of busybox" | "refused" | "noauth" | "no such pod";

/** What the demo's clusters are like. */
export interface DemoWorld {
  /** Whether the policy is there. */
  readonly policy?: boolean;
  /** Answers by `cluster/namespace/name address`, one for each time that is asked, the last for ever. What is not listed gets PONG. */
  readonly answers?: Readonly<Record<string, readonly Answer[]>>;
  /** Whether the agent of the database's node has a monitor that works. */
  readonly monitor?: "works" | "fails" | "no agent";
  /** Addresses of pods by `cluster/namespace/name`; the others have none yet. */
  readonly pods: Readonly<Record<string, string>>;
  /** What the agent drops as soon as the first ping is sent. */
  readonly dropped?: readonly string[];
}

/** The client's cluster has this Service address. */
export const CLUSTER_IP = "10.96.0.7";

const NAMES = [PLACES.serverCluster, PLACES.clientCluster];
const WORKLOADS = ["cluster1/default/protected-db", ...new Set(verdictTable(PLACES).map(({ client }) => client))];

const ended = (code: number, stdout = "", stderr = ""): ExecResult => ({ code, stdout, stderr });
const terminated = (code: number, text = "") => ended(code, "", `${text}command terminated with exit code ${code}\n`);

/** A demo's clusters in memory, and a monitor that drops once there is a ping, and runs until its input is closed. */
export class DemoInMemory {
  readonly clusters: ReadonlyMap<string, ClusterInMemory>;
  /** The monitors that run, and have been started. */
  readonly monitors = { running: 0, started: 0 };
  private readonly counts = new Map<string, number>();
  private listener: ((text: string) => void) | undefined;

  constructor(private readonly world: DemoWorld) {
    this.clusters = new Map(
      NAMES.map((name) => {
        const exec = (asked: AskedExec) => this.ping(name, asked);
        return [name, new ClusterInMemory(this.objects(name), { exec, startExec: () => this.monitor() })];
      }),
    );
  }

  private objects(cluster: string): readonly StoredObject[] {
    const { monitor, policy = false, pods } = this.world;
    const node = `node-of-${cluster}`;
    const place = { namespace: PLACES.serverNamespace, uid: "3" };
    const labels = { "k8s-app": "cilium" };
    const agent = { name: `cilium-${cluster}`, namespace: "kube-system", uid: "1", labels };
    return [
      { kind: "Namespace", metadata: { name: "kube-system", uid: `uid-of-${cluster}` } },
      {
        ...{ kind: "DaemonSet", metadata: { name: "cilium", namespace: "kube-system", uid: "2" } },
        spec: { selector: { matchLabels: labels }, template: {} },
      },
      { kind: "Pod", metadata: agent, spec: { nodeName: monitor === "no agent" ? "elsewhere" : node } },
      { kind: "Service", metadata: { name: "protected-db", ...place }, spec: { clusterIP: CLUSTER_IP } },
      ...(policy ? [{ kind: "CiliumNetworkPolicy", metadata: { name: DEMO_POLICY, ...place } }] : []),
      ...WORKLOADS.map((workload) => ({ workload, parts: workload.split("/") }))
        .filter(({ parts: [of] }) => of === cluster)
        .map(({ workload, parts: [, namespace = "", name = ""] }) => ({
          ...{ kind: "Pod", metadata: { name: `${name}-0`, namespace, uid: workload }, spec: { nodeName: node } },
          status: pods[workload] === undefined ? {} : { podIP: pods[workload] },
        })),
    ];
  }

  private ping(cluster: string, { pod, command }: AskedExec): ExecResult {
    const { name, namespace = "" } = pod.metadata;
    const address = command[command.indexOf("-h") + 1] ?? "";
    const key = `${cluster}/${namespace}/${name.replace(/-0$/, "")} ${address}`;
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    this.listener?.((this.world.dropped ?? []).map((line) => `${line}\n`).join(""));
    this.listener = undefined;
    const answers = this.world.answers?.[key] ?? ["pong"];
    switch (answers[Math.min(count, answers.length - 1)] ?? "pong") {
      case "pong":
        return ended(0, "PONG\n");
      case "silence":
        return terminated(124);
      case "silence of busybox":
        return terminated(143);
      case "refused":
        return terminated(1, `Could not connect to Redis at ${address}:6379: Connection refused\n`);
      case "noauth":
        return ended(0, "NOAUTH Authentication required.\n");
      case "no such pod":
        return ended(1, "", `Error from server (NotFound): pods "${name}" not found\n`);
    }
  }

  private monitor(): RunningExec {
    this.monitors.started += 1;
    this.monitors.running += 1;
    let finish: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      finish = () => {
        this.monitors.running -= 1;
        resolve();
      };
    });
    const fails = this.world.monitor === "fails";
    return {
      onOutput: (take) => {
        this.listener = take;
      },
      onError: (take) => {
        take(fails ? "Cannot open monitor socket\n" : "Listening for events on 2 CPUs\nPress Ctrl-C to quit\n");
        if (fails) finish();
      },
      ended: over,
      closeInput: () => {
        if (!fails) finish();
      },
      end: () => undefined,
    };
  }

  /** The pings that were sent: from where, and the command. */
  pinged(): readonly string[] {
    return [...this.clusters].flatMap(([cluster, api]) =>
      api.callsOf("execOnce").map(([from, command]) => {
        return `${cluster}/${from.namespace}/${from.pod} ${from.container}: ${command.join(" ")}`;
      }),
    );
  }

  /** Runs the pings of a phase. */
  run(
    phase: Phase,
    previous = "",
    verdictTimeoutSeconds = 0,
    uids: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const input = pingInput.parse(pingsInput(verdictTimeoutSeconds, uids));
    const opened = input.clusters.flatMap((cluster) => {
      const api = this.clusters.get(cluster.name);
      return api === undefined ? [] : [{ ...cluster, api }];
    });
    return runHere(() =>
      runVerb(
        demoVerbs(input, (use) => use(opened), previous),
        phase,
      ),
    );
  }
}
