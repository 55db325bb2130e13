import assert from "node:assert/strict";
import { formatLabels, numberKey } from "../../../components/cilium/model/labelledIdentity";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { Call } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { ciliumCluster } from "../support/cilium/ciliumCluster";
import { EtcdInMemory } from "../support/cilium/etcdInMemory";
import { MEMBER_INPUT, runCommand } from "../support/command/runCommand";

const NODES = "cilium/state/nodes/v1/";
const OURS = `${NODES}cluster1/`;
const POLICY_KEY = "policy-default-local-cluster";
const ROUTES = "auto-direct-node-routes";
const SKIP = "direct-routing-skip-unreachable";
const ORIGINAL = {
  ...{ "cluster-name": "default", "cluster-id": "0", kvstore: "etcd" },
  ...{ [POLICY_KEY]: "true", [ROUTES]: "true", [SKIP]: "true" },
};
const OF_HELM = [
  {
    manager: "helm",
    operation: "Update",
    fieldsV1: { "f:data": Object.fromEntries(Object.keys(ORIGINAL).map((key) => [`f:${key}`, {}])) },
  },
];
const POLICY: StoredObject = {
  kind: "CiliumNetworkPolicy",
  metadata: { name: "only-clients", namespace: "shop", uid: "p" },
  spec: {},
};
const IDENTITY = { number: 300, labels: { "k8s:app": "db", "k8s:io.cilium.k8s.policy.cluster": "default" } };

const INPUT = { ...MEMBER_INPUT, overwriteConflicts: true };

type Verb = "rollOut" | "restore" | "release";

/** What a call changes in the cluster or its etcd. */
const isWrite = (call: Call): boolean =>
  ["apply", "patch", "create", "deleteObject", "deletePods"].includes(call.do) ||
  (call.do === "exec" && (call.args[1][0] === "bash" || call.args[1].includes("delete")));

const rollsWithoutAnnotation = (call: Call): boolean =>
  call.do === "patch" && JSON.stringify(call.args[2].patch).includes('"cilium-clustermesh/config":null');

const rolls = (call: Call): boolean =>
  call.do === "patch" && JSON.stringify(call.args[2].patch).includes('"cilium-clustermesh/config":');

/** A meshed cluster whose state is in etcd, and how its steps are run. */
class Renamed {
  private dead = false;
  private writesLeft = Infinity;
  /** Nodes that agents could read under the mesh's name when they were rolled the last time. */
  readonly shownAtLast: string[] = [];
  /** With what agents were rolled: their name, and whether they have routes to each other's pods. */
  readonly rolled: string[] = [];

  private constructor(
    readonly cluster: ClusterInMemory,
    readonly etcd: EtcdInMemory,
    private readonly originalConfig: string,
  ) {
    cluster.fail(
      (call) => {
        if (rollsWithoutAnnotation(call))
          this.shownAtLast.push(
            ...this.ours()
              .filter(([, value]) => value !== "left")
              .flat(),
          );
        if (isWrite(call) && this.writesLeft-- === 0) this.dead = true;
        if (!this.dead && rolls(call)) this.rolled.push(this.configured("cluster-name", ROUTES, SKIP).join(" "));
        return this.dead;
      },
      new KubectlError("killed", "final"),
    );
  }

  static async make(policies: readonly StoredObject[]): Promise<Renamed> {
    const etcd = new EtcdInMemory(
      `${NODES}default/node1 => {}\n${numberKey(IDENTITY.number)} => ${formatLabels(IDENTITY.labels)}\n`,
    );
    const cluster = ciliumCluster("cluster1", {
      config: ORIGINAL,
      managedFields: OF_HELM,
      kvstore: etcd,
      kinds: { found: ["ciliumnetworkpolicies.cilium.io"] },
      others: policies,
      image: "quay.io/cilium/cilium:v1.20.2",
      status: { "cluster-mesh": { clusters: [] } },
    });
    const { code, stdout, stderr } = await runCommand(cluster, "cluster", "record", INPUT);
    assert.equal(code, 0, stderr);
    const made = new Renamed(cluster, etcd, stdout);
    // As its agent writes it.
    etcd.keys.set(`${OURS}node1`, "{}");
    assert.equal(await made.run("rollOut"), 0);
    made.rolled.length = 0;
    return made;
  }

  private configured(...keys: readonly string[]): readonly string[] {
    const data = this.cluster.stored("configmap/cilium-config", "kube-system")?.data ?? {};
    return keys.map((key) => data[key] ?? "");
  }

  ours(): readonly (readonly [string, string])[] {
    return [...this.etcd.keys].filter(([key]) => key.startsWith(OURS));
  }

  /** @param writes So many are made before it is killed: all that follows fails. */
  async run(verb: Verb, writes = Infinity): Promise<number | null> {
    this.writesLeft = writes;
    // Its agent writes it again, as soon as it runs with that name.
    if (verb !== "rollOut") this.etcd.keys.set(`${NODES}default/node1`, "{}");
    const { code } = await runCommand(this.cluster, "cluster", verb, {
      ...INPUT,
      originalConfig: this.originalConfig,
    });
    // As its agent writes it once it has been restarted, which the first roll-out of a way back does.
    if (verb === "restore") this.etcd.keys.set(`${NODES}default/node1`, "{}");
    const wasKilled = this.dead;
    [this.dead, this.writesLeft] = [false, Infinity];
    return wasKilled ? 1 : code;
  }

  /** No agent has seen a node end, and nothing is left. */
  assertLeft(): void {
    assert.deepEqual(this.shownAtLast, []);
    // The first agents with the original name know their nodes by two: those have no hand in routes, and the next ones have it again.
    const ofOriginal = this.rolled.filter((each) => each.startsWith("default "));
    assert.equal(ofOriginal[0], "default false false");
    assert.equal(ofOriginal.at(-1), "default true true");
    assert.deepEqual(
      this.etcd.deleted.filter(([key, value]) => key.startsWith(OURS) && value !== "left"),
      [],
    );
    assert.deepEqual(this.ours(), []);
    const { data, metadata } = this.cluster.stored("configmap/cilium-config", "kube-system") ?? assert.fail("none");
    assert.deepEqual(data, ORIGINAL);
    assert.deepEqual(metadata.annotations ?? {}, {});
    assert.deepEqual(
      (metadata.managedFields ?? []).map(({ manager }) => manager),
      ["helm"],
    );
    const annotations = JSON.stringify(this.cluster.stored("daemonset/cilium", "kube-system")?.["spec"]);
    assert.doesNotMatch(annotations, /cilium-clustermesh/);
  }
}

for (const [what, policies] of [
  ["without policies", []],
  ["with policies", [POLICY]],
] as const) {
  describe(`nodes of a cluster that leaves, ${what}`, function () {
    this.timeout("60s");

    it("have gone from under its former name since it joined", async () => {
      const { etcd } = await Renamed.make(policies);
      assert.deepEqual(
        [...etcd.keys.keys()].filter((key) => key.startsWith(NODES)),
        [`${OURS}node1`],
      );
    });

    it("are hidden before the second roll-out, and removed after it", async () => {
      const renamed = await Renamed.make(policies);
      assert.equal(await renamed.run("restore"), 0);
      assert.deepEqual(renamed.ours(), [[`${OURS}node1`, "left"]]);
      assert.equal(await renamed.run("release"), 0);
      renamed.assertLeft();
    });

    it("have their routes again in an up that follows a way back that was killed, at every write", async () => {
      for (let writes = 0; ; writes++) {
        const renamed = await Renamed.make(policies);
        const code = await renamed.run("restore", writes);
        assert.equal(await renamed.run("rollOut"), 0);
        const { data } = renamed.cluster.stored("configmap/cilium-config", "kube-system") ?? assert.fail("none");
        assert.deepEqual(data, { ...ORIGINAL, ...MEMBER_INPUT.desiredConfig });
        // Killed before anything has rolled, nothing has to.
        assert.equal(renamed.rolled.at(-1) ?? "cluster1 true true", "cluster1 true true");
        if (code === 0) break;
      }
    });

    it("are removed so where the way back was killed, at every write", async () => {
      for (const killed of ["restore", "release"] as const) {
        for (let writes = 0; ; writes++) {
          const renamed = await Renamed.make(policies);
          if (killed === "release") assert.equal(await renamed.run("restore"), 0);
          const code = await renamed.run(killed, writes);
          assert.equal(await renamed.run("restore"), 0);
          assert.equal(await renamed.run("release"), 0);
          renamed.assertLeft();
          if (code === 0) break;
        }
      }
    });
  });
}
