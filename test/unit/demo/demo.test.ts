import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { ClusterMesh, ClusterMeshDemo, demoObjects } from "../../../components";
import { DEFAULT_DEMO, type DemoChoice, type DemoSettings } from "../../../components/demo/model/demo";
import { own } from "../../../components/basics/model/own";
import { verdictTable } from "../../../components/demo/model/demoVerdicts";
import { clusterSpec } from "../support/mesh/mesh";
import { makeMesh, runMesh } from "../support/meshProgram";
import { run, valueOf, type Registered } from "../support/pulumiMocks";
import { metadata } from "../support/secretData";
import { demoPolicySpec } from "../../../components/demo/model/demoPolicy";

/** What a provider of the program's own needs. */
const OWN: k8s.ProviderArgs = { enableSecretMutable: true, upsertExistingObjects: true };
const DEMO: DemoChoice = { clusters: ["east", "west"] };

/** The objects of a demo. */
async function objects(over: Partial<DemoChoice> = {}, awaited = true): Promise<readonly Registered[]> {
  const demo = { ...DEMO, ...over };
  const { resources } = await run(() => {
    const clusters = demo.clusters.map((name, index) => {
      const provider = new k8s.Provider(name, OWN);
      return [name, { ...clusterSpec(index + 1), context: name, provider }] as const;
    });
    const mesh = new ClusterMesh("mesh", {
      clusters: Object.fromEntries(clusters),
      owner: "clustermesh/test",
      objects: demoObjects(demo),
      ...(awaited ? {} : { wait: { rollout: false } }),
    });
    new ClusterMeshDemo("demo", { mesh, ...demo });
  });
  return resources.filter(({ type, name }) => type.startsWith("kubernetes:") && name.startsWith("demo-"));
}

const kind = ({ type }: Registered) => type.split(":").at(-1) ?? "";
const place = (each: Registered) => {
  const { namespace = "-", name = "" } = metadata(each);
  return `${each.provider}: ${kind(each)} ${namespace}/${name}`;
};

interface PodSpec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly containers: readonly {
    readonly image: string;
    readonly command: readonly string[];
    readonly args: readonly string[];
  }[];
}

function podSpec({ inputs }: Registered): PodSpec {
  return (inputs["spec"] as { template: { spec: PodSpec } }).template.spec;
}

describe("components: the demo", () => {
  it("has servers that listen by every IP family that a pod has: Redis does, unless it is told addresses", async () => {
    const servers = (await objects())
      .filter((each) => kind(each) === "StatefulSet")
      .flatMap((each) => podSpec(each).containers)
      .filter(({ command }) => command[0] === "redis-server");
    assert.equal(servers.length, 1);
    for (const { args } of servers) assert.ok(!args.includes("--bind"), args.join(" "));
  });

  it("is what its settings say, cluster by cluster", async () => {
    assert.deepEqual((await objects()).map(place).sort(), [
      "east: CiliumNetworkPolicy default/clustermesh-ingress-l4-policy",
      "east: Service default/protected-db",
      "east: StatefulSet default/employee",
      "east: StatefulSet default/protected-db",
      "east: StatefulSet default/stranger",
      "west: Namespace -/istio-space",
      "west: Service default/protected-db",
      "west: StatefulSet default/employee",
      "west: StatefulSet istio-space/employee",
      "west: StatefulSet istio-space/stranger",
    ]);
  });

  it("is exactly what the preflight looks for beforehand", async () => {
    for (const over of [{ serverNamespace: "shop" }, { serverNamespace: "shop", clientNamespace: "shop" }]) {
      const made = await objects(over);
      for (const cluster of ["east", "west"]) {
        const listed = own(demoObjects({ ...DEMO, ...over }), cluster) ?? [];
        const claimed = listed.map(({ namespace = "-", name }) => `${namespace}/${name}`);
        const there = made.filter(({ provider }) => provider === cluster).map((each) => place(each).split(" ")[2]);
        assert.deepEqual([...there].sort(), [...claimed].sort());
      }
    }
  });

  it("annotates the Services as global and nothing else, in both clusters with one name and namespace", async () => {
    const global = (await objects()).filter((each) => "service.cilium.io/global" in (metadata(each).annotations ?? {}));
    assert.deepEqual(global.map(kind), ["Service", "Service"]);
    for (const service of global) {
      assert.equal(metadata(service).annotations?.["service.cilium.io/global"], "true");
      assert.deepEqual(service.inputs["spec"], {
        selector: { app: "protected-db" },
        ports: [{ port: 6379, targetPort: 6379, protocol: "TCP" }],
      });
    }
  });

  it("labels every pod with the name that Service and policy select", async () => {
    for (const { inputs } of (await objects()).filter((each) => kind(each) === "StatefulSet")) {
      const { name, labels } = inputs["metadata"] as { name: string; labels: object };
      const { selector, template } = inputs["spec"] as { selector: object; template: { metadata: { labels: object } } };
      assert.deepEqual(
        [labels, selector, template.metadata.labels],
        [{ app: name }, { matchLabels: { app: name } }, { app: name }],
      );
    }
  });

  it("has the policy, with its spec", async () => {
    const [policy] = (await objects()).filter((each) => kind(each) === "CiliumNetworkPolicy");
    assert.deepEqual(
      policy?.inputs["spec"],
      demoPolicySpec({ ...DEFAULT_DEMO, serverCluster: "east", clientCluster: "west" }),
    );
  });

  it("takes image and node placement from its settings", async () => {
    const made = await objects({ image: "redis:x", nodeSelectors: { employee: { disk: "ssd" } } });
    const sets = made.filter((each) => kind(each) === "StatefulSet");
    for (const set of sets) {
      const { containers, nodeSelector } = podSpec(set);
      assert.deepEqual(
        containers.map(({ image }) => image),
        ["redis:x"],
      );
      assert.deepEqual(nodeSelector, metadata(set).name === "employee" ? { disk: "ssd" } : undefined);
    }
  });

  it("marks all of it as this stack's", async () => {
    for (const each of await objects()) {
      assert.equal(metadata(each).annotations?.["cilium-clustermesh/owner"], "clustermesh/test", each.name);
    }
  });

  it("is waited for, unless its mesh is not", async () => {
    const skipped = async (awaited: boolean) =>
      (await objects({}, awaited))
        .filter((each) => kind(each) === "StatefulSet")
        .map((each) => metadata(each).annotations?.["pulumi.com/skipAwait"]);
    assert.deepEqual(await skipped(true), Array(6).fill(undefined));
    assert.deepEqual(await skipped(false), Array(6).fill("true"));
  });

  it("has a resource for each object, whatever clusters and namespaces are called", async () => {
    const made = await objects({
      clusters: ["a", "a-b"],
      serverNamespace: "b-shop",
      clientNamespace: "shop",
    });
    assert.equal(new Set(made.map(({ urn }) => urn)).size, made.length);
  });
});

describe("components: a demo that is refused", () => {
  /** Makes a demo of a mesh that was given some objects. */
  const refused = (given: DemoChoice | undefined, choice: DemoChoice) =>
    run(() => {
      const { mesh } = makeMesh(given === undefined ? {} : { objects: demoObjects(given) });
      return () => new ClusterMeshDemo("demo", { mesh, ...choice });
    }).then(({ result }) => result);
  const MESHED: DemoChoice = { clusters: ["cluster1", "cluster2"] };

  it("is one whose objects its mesh was not given, for they would be left behind", async () => {
    const lacks =
      /mesh\.objects lacks objects of this demo, so destroy would leave them behind; give the mesh objects: demoObjects\(/;
    assert.throws(await refused(undefined, MESHED), lacks);
    assert.throws(await refused(MESHED, { ...MESHED, clientNamespace: "shop" }), lacks);
    assert.throws(await refused(MESHED, { clusters: ["cluster2", "cluster1"] }), lacks);
  });

  it("is one that has something wrong", async () => {
    const nodeSelectors = { db: { disk: "ssd" } };
    assert.throws(await refused(MESHED, { ...MESHED, nodeSelectors }), /demo\.nodeSelectors\.db is for no workload/);
  });
});

describe("components: what a demo says of itself", () => {
  const MESHED: DemoSettings = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };

  it("is who reaches the database, from the pings before the policy and those after it", async () => {
    const table = await valueOf((await runMesh({ demo: true })).demo?.verdicts);
    assert.equal(table.length, verdictTable(MESHED).length);
    assert.deepEqual(table[1], {
      client: "cluster1/default/stranger",
      path: "pod IP",
      expectedBefore: "PONG",
      seenBefore: "seen by clustermesh-cluster1/pings-before",
      expectedAfter: "no answer",
      seenAfter: "seen by clustermesh-cluster1/pings-after",
    });
  });

  it("is what was dropped with the policy in place", async () => {
    assert.deepEqual(await valueOf((await runMesh({ demo: true })).demo?.drops), [
      "drop seen by clustermesh-cluster1/pings-after",
    ]);
  });

  it("is what is expected where nothing is pinged", async () => {
    const { demo } = await runMesh({ demo: true, settings: { wait: { check: false } } });
    assert.deepEqual(await valueOf(demo?.verdicts), verdictTable(MESHED));
    assert.equal(demo?.drops, undefined);
  });
});
