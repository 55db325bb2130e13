import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ROLLOUT_ANNOTATION } from "../../../../components/cilium/model/agentConfig";
import { beginOutput } from "../../../../components/command/protocol";
import type { Fields } from "../../../../components/kubernetes/model/fields";
import { ClusterInMemory } from "../../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../../support/kubernetes/storedObject";

/** A pod of the cluster of {@link RollingCluster}; what is not given is as for one that runs well. */
export interface FakePod {
  readonly name: string;
  readonly node: string;
  readonly annotation?: string;
  readonly ready?: boolean;
  readonly ending?: boolean;
  readonly status?: object;
  /** `ds` is the workload itself, `rs` a ReplicaSet of it. */
  readonly owner?: string;
}

interface Given {
  readonly kind?: "DaemonSet" | "Deployment";
  readonly strategy?: object;
  readonly spec?: object;
  readonly status?: object;
  readonly annotation?: string;
  readonly pods: readonly FakePod[];
  readonly nodes?: Readonly<Record<string, string>>;
  /** The pod that comes after one that was deleted; absent for none. */
  readonly successor?: (pod: FakePod) => FakePod | undefined;
  readonly nodesError?: string;
}

const podJson = ({
  name,
  node,
  annotation = "",
  ready = true,
  ending = false,
  status,
  owner = "ds",
}: FakePod): StoredObject => ({
  kind: "Pod",
  metadata: {
    name,
    uid: name,
    annotations: annotation === "" ? {} : { [ROLLOUT_ANNOTATION]: annotation },
    ...(ending ? { deletionTimestamp: "2026-11-24T09:00:00Z" } : {}),
    ownerReferences: [{ kind: owner === "rs" ? "ReplicaSet" : "DaemonSet", uid: owner, controller: true }],
  },
  spec: { nodeName: node },
  status: status ?? { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

/** A cluster in memory with one workload; deleted pods have successors by the next look. */
export class RollingCluster {
  readonly command = "kubectl --context memory";
  pods: readonly FakePod[];
  readonly deleted: (readonly string[])[] = [];
  looks = 0;
  /** Done before every look at the pods. */
  onLook: () => void = () => undefined;

  constructor(private readonly given: Given) {
    this.pods = given.pods;
  }

  private workload(): object {
    const { kind = "DaemonSet", strategy, spec, status, annotation = "new" } = this.given;
    return {
      kind,
      metadata: { name: "cilium", uid: "ds", generation: 2 },
      spec: {
        selector: { matchLabels: { "k8s-app": "cilium" } },
        updateStrategy: strategy ?? { type: "OnDelete" },
        template: { metadata: { annotations: annotation === "" ? {} : { [ROLLOUT_ANNOTATION]: annotation } } },
        ...spec,
      },
      status: status ?? {
        observedGeneration: 2,
        desiredNumberScheduled: new Set(this.pods.map(({ node }) => node)).size,
      },
    };
  }

  /** The pods as the API lists them. */
  private listed(): ClusterInMemory {
    const nodes = Object.entries(this.given.nodes ?? {}).map(([name, status]) => ({
      ...{ kind: "Node", metadata: { name, uid: name } },
      status: { conditions: [{ type: "Ready", status, lastTransitionTime: "2020-01-01T00:00:00Z" }] },
    }));
    return new ClusterInMemory([...this.pods.map(podJson), ...nodes]);
  }

  object(): Promise<string> {
    return Promise.resolve(JSON.stringify(this.workload()));
  }

  objects(names: readonly string[]): Promise<string> {
    const { nodesError } = this.given;
    const asksNodes = names.some((name) => name.startsWith("node/"));
    return asksNodes && nodesError !== undefined ? Promise.reject(new Error(nodesError)) : this.listed().objects(names);
  }

  listFields(kind: string, _where: object, fields: Fields): Promise<string> {
    this.looks += 1;
    this.onLook();
    return this.listed().listFields(kind, {}, fields);
  }

  deletePods(_namespace: string, names: readonly string[]): Promise<void> {
    this.deleted.push(names);
    const {
      successor = (pod: FakePod): FakePod => ({ ...pod, name: `${pod.name}-2`, annotation: "new", ready: true }),
    } = this.given;
    this.pods = this.pods.flatMap((pod) => (names.includes(pod.name) ? (successor(pod) ?? []) : [pod]));
    return Promise.resolve();
  }
}

/** Has hours pass in a moment, until the work is done. */
export async function timePasses<T>(work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  try {
    const state = { isOver: false };
    const done = work().finally(() => {
      state.isOver = true;
    });
    done.catch(() => undefined);
    for (;;) {
      await turn();
      await turn();
      if (state.isOver) return await done;
      mock.timers.tick(500);
    }
  } finally {
    mock.timers.reset();
  }
}

/** What is written to standard error meanwhile, by lines. */
export async function saidWhile<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  beginOutput();
  const write = mock.method(process.stderr, "write", (text: string) => {
    // Node warns of its mock timers, once a process.
    lines.push(...text.split("\n").filter((line) => line !== "" && !/^\((node:|Use `node)/.test(line)));
    return true;
  });
  try {
    return { result: await work(), lines };
  } finally {
    write.mock.restore();
  }
}
