import assert from "node:assert/strict";
import { mock } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { rolloutChecksum } from "../../../components/cilium/model/agentConfig";
import { ciliumIdentity } from "../../../components/cilium/model/labelledIdentity";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import type { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { Call } from "../../support/kubernetes/stateInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { omit } from "../support/omit";
import { MEMBER_INPUT, runCommand } from "../support/command/runCommand";

const POLICY_KEY = "policy-default-local-cluster";
const CLUSTER = "k8s:io.cilium.k8s.policy.cluster";
const ORIGINAL = {
  "cluster-name": "default",
  "cluster-id": "0",
  [POLICY_KEY]: "true",
  "identity-allocation-mode": "crd",
};
const DESIRED = MEMBER_INPUT.desiredConfig;
const OF_HELM = [
  {
    manager: "helm",
    operation: "Update",
    fieldsV1: { "f:data": Object.fromEntries(Object.keys(ORIGINAL).map((key) => [`f:${key}`, {}])) },
  },
];
const identity = (number: number): StoredObject => {
  const made = ciliumIdentity({
    number,
    labels: { "k8s:app": `app${String(number)}`, [CLUSTER]: "default" },
  }) as StoredObject;
  return { ...made, metadata: { ...made.metadata, uid: `uid-${String(number)}` } };
};
const policy: StoredObject = {
  kind: "CiliumNetworkPolicy",
  metadata: { name: "only-clients", namespace: "shop", uid: "p" },
  spec: {},
};
const KINDS = { found: ["ciliumnetworkpolicies.cilium.io", "networkpolicies.networking.k8s.io"] };

const clusterWith = (over: CiliumCluster = {}): ClusterInMemory =>
  ciliumCluster("cluster1", {
    config: ORIGINAL,
    managedFields: OF_HELM,
    kinds: KINDS,
    others: [identity(300), identity(301), policy],
    image: "quay.io/cilium/cilium:v1.20.2",
    status: { "cluster-mesh": { clusters: [] } },
    operatorPods: ["operator"],
    ...over,
  });

/** The setting about selectors, name, and the annotation, as they are at each write of them. */
function told(call: Call): readonly string[] {
  switch (call.do) {
    case "apply": {
      const { data = {} } = call.args[1] as { readonly data?: Readonly<Record<string, string>> };
      return [
        `apply ${Object.entries(data)
          .map((each) => each.join("="))
          .toSorted()
          .join(" ")}`,
      ];
    }
    case "patch": {
      const [names, , { patch }] = call.args;
      const { data } = patch as { readonly data?: object };
      return [
        names[0] === "configmap/cilium-config"
          ? `update ${JSON.stringify(Object.fromEntries(Object.entries(data ?? {}).toSorted()))}`
          : "roll",
      ];
    }
    case "create":
      return [`make ${call.args[1].map((each) => (each as StoredObject).metadata.name).join(" ")}`];
    default:
      return [];
  }
}

const storyOf = (cluster: ClusterInMemory): readonly string[] => cluster.calls.flatMap(told);
const annotationOf = (cluster: ClusterInMemory): unknown => {
  const { template } = cluster.stored("daemonset/cilium", "kube-system")?.["spec"] as {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  return template.metadata.annotations?.["cilium-clustermesh/config"];
};
const configOf = (cluster: ClusterInMemory) => cluster.stored("configmap/cilium-config", "kube-system");
const ownersOf = (cluster: ClusterInMemory, key: string): readonly (string | undefined)[] =>
  (configOf(cluster)?.metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1 ?? {}).includes(`"f:${key}"`))
    .map(({ manager }) => manager);

interface Meshed {
  readonly cluster: ClusterInMemory;
  readonly originalConfig: string;
}

async function recordedIn(cluster: ClusterInMemory): Promise<Meshed> {
  const { code, stdout, stderr } = await runCommand(cluster, "cluster", "record", {
    ...MEMBER_INPUT,
    overwriteConflicts: true,
  });
  assert.equal(code, 0, stderr);
  return { cluster, originalConfig: stdout };
}

const run = ({ cluster, originalConfig }: Meshed, verb: "rollOut" | "restore" | "release", over: object = {}) =>
  runCommand(cluster, "cluster", verb, { ...MEMBER_INPUT, overwriteConflicts: true, originalConfig, ...over });

async function done(meshed: Meshed, verb: "rollOut" | "restore" | "release"): Promise<string> {
  const { code, stderr } = await run(meshed, verb);
  assert.equal(code, 0, stderr);
  return stderr;
}

const isWrite = ({ do: what }: Call): boolean =>
  ["apply", "patch", "create", "deleteObject", "deletePods"].includes(what);

/** As a cluster is that was named by this program. */
function assertNamed(cluster: ClusterInMemory): void {
  assert.deepEqual(configOf(cluster)?.data, { ...ORIGINAL, ...DESIRED });
  assert.deepEqual(ownersOf(cluster, POLICY_KEY), ["helm"]);
  assert.equal(annotationOf(cluster), rolloutChecksum(DESIRED));
}

/** As it was before. */
function assertUntouched(cluster: ClusterInMemory): void {
  const { data, metadata } = configOf(cluster) ?? assert.fail("no cilium-config");
  assert.deepEqual(data, ORIGINAL);
  assert.deepEqual(metadata.annotations ?? {}, {});
  for (const key of Object.keys(ORIGINAL)) assert.deepEqual(ownersOf(cluster, key), ["helm"], key);
  assert.equal(annotationOf(cluster), undefined);
  assert.deepEqual(
    cluster
      .storedOf("ciliumidentities")
      .map(({ metadata: { name } }) => name)
      .toSorted(),
    ["300", "301"],
  );
}

const OF_101 = 101 * 2 ** 16;
const BACK = { identity: "set", publishes: "apiserver" } as const;

describe("name and id of a cluster that has policies", function () {
  this.timeout("60s");

  it("come in three roll-outs: with selectors for both names, with the identities that follow, and without these selectors", async () => {
    const meshed = await recordedIn(clusterWith());
    const said = await done(meshed, "rollOut");
    assert.deepEqual(storyOf(meshed.cluster), [
      `apply ${POLICY_KEY}=false`,
      "roll",
      `make ${String(OF_101 + 300)} ${String(OF_101 + 301)}`,
      `apply cluster-id=101 cluster-name=cluster1 ${POLICY_KEY}=false`,
      "roll",
      `update {"${POLICY_KEY}":"true"}`,
      "apply cluster-id=101 cluster-name=cluster1",
      "roll",
    ]);
    assert.match(said, /policies are there: agents roll first, so that these take both names \(1 of 3 roll-outs\)/);
    assertNamed(meshed.cluster);
    await done(meshed, "rollOut");
    assert.equal(storyOf(meshed.cluster).length, 8);
  });

  it("change further only once every pod runs with what its agent was restarted for, though agents are ready before", async () => {
    /** How often each look that agents gave was preceded by a write, and whether the pod was settled in it. */
    const looks: { readonly writes: number; readonly settled: boolean }[] = [];
    const endpoints = () => {
      const writes = storyOf(cluster);
      const rolls = writes.filter((each) => each === "roll").length;
      const settled = looks.filter((each) => each.writes === writes.length).length >= 2;
      looks.push({ writes: writes.length, settled });
      // As an agent of Cilium 1.20 tells of a pod: without its name.
      const status = {
        "external-identifiers": { "cni-attachment-id": "2d48f9cc1cd9:eth0" },
        identity: { id: rolls > 1 ? OF_101 + 300 : 300, labels: ["k8s:io.kubernetes.pod.namespace=shop"] },
        networking: { addressing: [{ ipv4: "10.60.0.86" }] },
        state: settled ? "ready" : "restoring",
      };
      return [{ status }];
    };
    const cluster = clusterWith({ endpoints });
    const meshed = await recordedIn(cluster);
    const said = await done(meshed, "rollOut");
    assert.match(said, /1 pods do not run with the policy and the identity of id 0 yet/);
    assert.match(said, /1 pods do not run with the policy and the identity of id 101 yet/);
    const lastLookBefore = (write: string) => {
      const index = storyOf(cluster).findIndex((each) => each.startsWith(write));
      return looks.filter(({ writes }) => writes === index).at(-1)?.settled;
    };
    assert.deepEqual([lastLookBefore("make "), lastLookBefore("update ")], [true, true]);
  });

  it("come in one where it has none", async () => {
    const meshed = await recordedIn(clusterWith({ others: [identity(300)] }));
    await done(meshed, "rollOut");
    assert.deepEqual(storyOf(meshed.cluster), ["apply cluster-id=101 cluster-name=cluster1", "roll"]);
    assertNamed(meshed.cluster);
  });

  it("come and go in one where they may be interrupted, and end what was begun in three", async () => {
    const once = { policyInterruptions: true };
    const meshed = await recordedIn(clusterWith());
    assert.equal((await run(meshed, "rollOut", once)).code, 0);
    assert.deepEqual(storyOf(meshed.cluster), ["apply cluster-id=101 cluster-name=cluster1", "roll"]);
    assertNamed(meshed.cluster);
    assert.equal((await run(meshed, "restore", { ...BACK, ...once })).code, 0);
    assert.deepEqual(configOf(meshed.cluster)?.data, ORIGINAL);
    assert.ok(!storyOf(meshed.cluster).some((each) => each.includes(`"${POLICY_KEY}"`)));

    const begun = await recordedIn(clusterWith());
    begun.cluster.fail(({ do: what }) => what === "create", new KubectlError("killed"), 1);
    assert.notEqual((await run(begun, "rollOut")).code, 0);
    assert.equal(configOf(begun.cluster)?.data?.[POLICY_KEY], "false");
    assert.equal((await run(begun, "rollOut", once)).code, 0);
    assertNamed(begun.cluster);
  });

  it("come in three where policies could not be looked for", async () => {
    const kinds = { found: [], refused: "unable to retrieve the complete list of server APIs: cilium.io/v2: down" };
    const meshed = await recordedIn(clusterWith({ others: [identity(300)], kinds }));
    await done(meshed, "rollOut");
    assert.equal(storyOf(meshed.cluster).filter((each) => each === "roll").length, 3);
  });

  it("come in one where agents take both names anyway, with the identities that follow", async () => {
    const config = { ...ORIGINAL, [POLICY_KEY]: "false" };
    const meshed = await recordedIn(clusterWith({ config }));
    await done(meshed, "rollOut");
    assert.deepEqual(
      storyOf(meshed.cluster).map((each) => each.split(" ")[0]),
      ["make", "apply", "roll"],
    );
    assert.deepEqual(configOf(meshed.cluster)?.data, { ...config, ...DESIRED });
    assert.deepEqual(ownersOf(meshed.cluster, POLICY_KEY), ["helm"]);
  });

  it("come in one with agents that take both names by their version", async () => {
    const config = omit(ORIGINAL, POLICY_KEY);
    const meshed = await recordedIn(clusterWith({ config, image: "quay.io/cilium/cilium:v1.18.4" }));
    await done(meshed, "rollOut");
    assert.deepEqual(
      storyOf(meshed.cluster).map((each) => each.split(" ")[0]),
      ["make", "apply", "roll"],
    );
  });

  it("go the same way, and leave nothing", async () => {
    const meshed = await recordedIn(clusterWith());
    await done(meshed, "rollOut");
    const before = storyOf(meshed.cluster).length;
    assert.equal((await run(meshed, "restore", BACK)).code, 0);
    assert.deepEqual(storyOf(meshed.cluster).slice(before), [
      `apply cluster-id=101 cluster-name=cluster1 ${POLICY_KEY}=false`,
      "roll",
      'update {"cluster-id":"0","cluster-name":"default"}',
      "roll",
      `update {"${POLICY_KEY}":"true"}`,
      "roll",
    ]);
    assert.equal((await run(meshed, "release", BACK)).code, 0);
    assertUntouched(meshed.cluster);
  });

  it("go on where a run was killed, at every write, and end as if it had not been", async () => {
    for (let writes = 0; ; writes++) {
      const meshed = await recordedIn(clusterWith());
      let left = writes;
      meshed.cluster.fail((call) => isWrite(call) && left-- === 0, new KubectlError("killed", "final"), 1);
      const first = await run(meshed, "rollOut");
      await done(meshed, "rollOut");
      assertNamed(meshed.cluster);
      if (first.code === 0) break;
    }
  });

  it("have the identities that follow made for pods that come, in a run that goes on after name and id are set, too", async () => {
    const meshed = await recordedIn(clusterWith());
    const { cluster } = meshed;
    let rolls = 0;
    cluster.fail(({ do: what }) => what === "patch" && ++rolls === 2, new KubectlError("killed", "final"), 1);
    assert.notEqual((await run(meshed, "rollOut")).code, 0);
    assert.equal(configOf(cluster)?.data?.["cluster-name"], "cluster1");
    await cluster.create("cilium-agent", [identity(302)]);
    const look = cluster.object.bind(cluster);
    mock.method(cluster, "object", async (...args: Parameters<typeof look>) => {
      if (args[0] === "daemonset/cilium") await delay(40_000);
      return look(...args);
    });
    await done(meshed, "rollOut");
    assert.ok(storyOf(cluster).includes(`make ${String(OF_101 + 302)}`), storyOf(cluster).join("\n"));
    assertNamed(cluster);
  });

  it("go back from wherever a run was killed, at every write, to what was there before", async () => {
    for (let writes = 0; ; writes++) {
      const meshed = await recordedIn(clusterWith());
      let left = writes;
      meshed.cluster.fail((call) => isWrite(call) && left-- === 0, new KubectlError("killed", "final"), 1);
      const first = await run(meshed, "rollOut");
      for (const verb of ["restore", "release"] as const) {
        const { code, stderr } = await run(meshed, verb, BACK);
        assert.equal(code, 0, stderr);
      }
      assertUntouched(meshed.cluster);
      if (first.code === 0) break;
    }
  });

  it("go back where the way back was killed, at every write", async () => {
    for (let writes = 0; ; writes++) {
      const meshed = await recordedIn(clusterWith());
      await done(meshed, "rollOut");
      let left = writes;
      meshed.cluster.fail((call) => isWrite(call) && left-- === 0, new KubectlError("killed", "final"), 1);
      const first = await run(meshed, "restore", BACK);
      const second = await run(meshed, "release", BACK);
      for (const verb of ["restore", "release"] as const) {
        const { code, stderr } = await run(meshed, verb, BACK);
        assert.equal(code, 0, stderr);
      }
      assertUntouched(meshed.cluster);
      if (first.code === 0 && second.code === 0 && left >= 0) break;
    }
  });
});
