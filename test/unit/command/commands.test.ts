import assert from "node:assert/strict";
import { DEFAULT_SETTINGS } from "../../../components";
import { INPUT_VARIABLE, LARGE_INPUT } from "../../../components/command/protocol";
import { commandInput, KUBECONFIG_TOKEN, runMesh, type MeshOptions, type MeshRun } from "../support/meshProgram";
import { omit } from "../support/omit";
import { recordOf } from "../support/record";
import { isWrappedSecret, type Registered, unwrapped } from "../support/pulumiMocks";

const verbs = ({ inputs }: Registered) => [inputs["create"], inputs["update"], inputs["delete"]];

describe("components: commands", () => {
  let ran: MeshRun;
  let commands: readonly Registered[];
  before(async () => {
    ran = await runMesh({ clusters: [1, 2, 3], kubeconfigs: [1], demo: true });
    commands = ran.all("local:Command");
  });

  it("know their verbs", () => {
    assert.equal(commands.length, 3 * 4 + 2 + 2);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1-original-config")), ["record", "keep", "release"]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1-rollout")), ["rollOut", "rollOut", "restore"]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1-objects")), [
      "updateObjects",
      "updateObjects",
      "removeObjects",
    ]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1-policy-check")), [undefined, undefined, "check"]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-check")), ["check", "check", undefined]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1/pings-before")), ["before", "before", undefined]);
    assert.deepEqual(verbs(ran.one("Command", "clustermesh-cluster1/pings-after")), ["after", "after", undefined]);
  });

  it("get kubeconfigs through standard input alone, as a secret, and only of the clusters they reach", () => {
    const sent = (name: string) => {
      const { stdin } = ran.one("Command", name).wrapped as { stdin?: unknown };
      assert.ok(stdin === undefined || isWrappedSecret(stdin));
      if (stdin === undefined) return undefined;
      const all = JSON.parse(String(unwrapped(stdin))) as Readonly<Record<string, string>>;
      return Object.fromEntries(Object.entries(all).filter(([key]) => key !== LARGE_INPUT));
    };
    const kubeconfig = `kubeconfig of cluster1 with ${KUBECONFIG_TOKEN}`;
    assert.deepEqual(sent("clustermesh-cluster1-original-config"), { cluster1: kubeconfig });
    assert.deepEqual(sent("clustermesh-check"), { cluster1: kubeconfig });
    assert.deepEqual(sent("clustermesh-cluster1/pings-before"), { cluster1: kubeconfig });
    assert.deepEqual(sent("clustermesh-cluster1/pings-after"), { cluster1: kubeconfig });
    assert.equal(sent("clustermesh-cluster2-original-config"), undefined);
    for (const { inputs } of commands) {
      assert.ok(!JSON.stringify(omit(inputs, "stdin")).includes(KUBECONFIG_TOKEN));
    }
  });

  it("know the context of a cluster that is reached by one", () => {
    assert.deepEqual(commandInput(ran.one("Command", "clustermesh-cluster2-original-config"))["cluster"], {
      name: "cluster2",
      context: "context2",
    });
    assert.deepEqual(commandInput(ran.one("Command", "clustermesh-cluster1-original-config"))["cluster"], {
      name: "cluster1",
    });
  });

  it("of a member know what is wanted, what it makes, whose it is, and the originals", () => {
    const record = commandInput(ran.one("Command", "clustermesh-cluster2-original-config"));
    assert.deepEqual(record["desiredConfig"], { "cluster-name": "cluster2", "cluster-id": "102" });
    assert.equal(record["owner"], "clustermesh/test");
    const made = (record["managedObjects"] as { name: string }[]).map(({ name }) => name);
    const ofDemo = ["istio-space", "employee", "stranger", "employee", "protected-db"];
    assert.deepEqual(made, ["cilium-clustermesh", "clustermesh-etcd-server", ...ofDemo]);
    assert.match(
      String(commandInput(ran.one("Command", "clustermesh-cluster2-rollout"))["originalConfig"]),
      /^\{"of":"clustermesh-cluster2-original-config"/,
    );
  });

  it("are not replaced by a change, which would lose the originals", () => {
    for (const { inputs } of commands) {
      assert.ok(!("triggers" in inputs));
      assert.equal("update" in inputs, "create" in inputs);
    }
  });
});

/** The UID that the mocked record of every cluster has. */
const { cluster: uid } = recordOf();

describe("components: the check", () => {
  it("knows every member with its id, and how long to wait", async () => {
    const ran = await runMesh({ settings: { wait: { check: 77 } } });
    const { clusters, timeoutSeconds } = commandInput(ran.one("Command", "clustermesh-check"));
    assert.deepEqual(clusters, [
      { name: "cluster1", id: 101, uid, context: "context1" },
      { name: "cluster2", id: 102, uid, context: "context2" },
    ]);
    assert.equal(timeoutSeconds, 77);
  });

  it("has an environment of one size whatever the number of clusters, for a variable may have 128 KiB", async () => {
    const bytes = async (clusters: readonly number[]) => {
      const { inputs } = (await runMesh({ clusters })).one("Command", "clustermesh-check");
      return (inputs["environment"] as Readonly<Record<string, string>>)[INPUT_VARIABLE]?.length;
    };
    assert.equal(await bytes([1, 2, 3, 4, 5, 6]), await bytes([1, 2]));
  });

  it("runs again when the agents are told something new, and only then", async () => {
    const hash = async (over: object) =>
      commandInput((await runMesh({ specs: { 2: over } })).one("Command", "clustermesh-check"))["peersHash"];
    assert.equal(await hash({ podCIDRs: ["10.200.0.0/16"] }), await hash({}));
    assert.notEqual(await hash({ etcd: { endpoints: ["https://10.1.2.9:2379"] } }), await hash({}));
  });
});

describe("components: the demo's pings", () => {
  const input = async (phase: "before" | "after", options: MeshOptions = {}) =>
    commandInput((await runMesh({ demo: true, ...options })).one("Command", `clustermesh-cluster1/pings-${phase}`));

  it("know where the demo is, its clusters alone, the agents, and how long to wait", async () => {
    const cilium = { ...DEFAULT_SETTINGS.cilium, namespace: "cilium" };
    const known = await input("before", { clusters: [1, 2, 3], settings: { cilium } });
    assert.deepEqual(known, {
      places: {
        serverCluster: "cluster1",
        serverNamespace: "default",
        clientCluster: "cluster2",
        clientNamespace: "istio-space",
      },
      clusters: [
        { name: "cluster1", uid, context: "context1" },
        { name: "cluster2", uid, context: "context2" },
      ],
      cilium,
      pingTimeoutSeconds: 3,
      verdictTimeoutSeconds: 60,
    });
  });

  it("after the policy run again when workloads, policy or peers change, and only then", async () => {
    const moved = { specs: { 2: { etcd: { endpoints: ["https://10.1.2.9:2379"] } } } };
    const changed: readonly MeshOptions[] = [
      {},
      moved,
      { demo: { image: "redis:8" } },
      { demo: { nodeSelectors: { employee: { disk: "ssd" } } } },
    ];
    const inputs = await Promise.all(changed.map(async (options) => JSON.stringify(await input("after", options))));
    assert.equal(new Set(inputs).size, changed.length);
    const same = { specs: { 2: { podCIDRs: ["10.200.0.0/16"] } } };
    assert.deepEqual(await input("after", same), await input("after"));
  });

  it("before the policy do not, where the places stay the same", async () => {
    const moved = { specs: { 2: { etcd: { endpoints: ["https://10.1.2.9:2379"] } } }, demo: { image: "redis:8" } };
    assert.deepEqual(await input("before", moved), await input("before"));
  });

  it("are none where they are switched off", async () => {
    const silent = await runMesh({ demo: true, settings: { wait: { check: false } } });
    assert.ok(!silent.all("local:Command").some(({ name }) => name.includes("pings")));
    assert.ok(silent.all("StatefulSet").length > 0);
  });
});
