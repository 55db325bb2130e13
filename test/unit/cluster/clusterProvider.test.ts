import assert from "node:assert/strict";
import { ClusterMesh, type MeshCluster } from "../../../components";
import { clusterName, clusterSpec } from "../support/mesh/mesh";
import { isWrappedSecret, run } from "../support/pulumiMocks";

const described = (n: number): MeshCluster => ({ ...clusterSpec(n), context: `context${String(n)}` });

/** The providers that meshes make for two clusters, by name; `first` is changed in the first cluster. */
async function providers(first: Pick<MeshCluster, "kubeconfig" | "lost"> = {}, meshes: readonly string[] = ["mesh"]) {
  const reached = first.kubeconfig === undefined ? described(1) : clusterSpec(1);
  const clusters = { [clusterName(1)]: { ...reached, ...first }, [clusterName(2)]: described(2) };
  const { resources, result } = await run(() => meshes.map((name) => new ClusterMesh(name, { clusters })));
  const made = resources.filter(({ type }) => type === "pulumi:providers:kubernetes");
  return { byName: new Map(made.map((each) => [each.name, each])), resources, result };
}

describe("components: the clusters' providers", () => {
  it("are made of a context or a kubeconfig, which is secret", async () => {
    const { byName } = await providers({ kubeconfig: "content" });
    assert.deepEqual([...byName.keys()].sort(), ["mesh-cluster1", "mesh-cluster2"]);
    const [first, second] = [byName.get("mesh-cluster1"), byName.get("mesh-cluster2")];
    assert.ok(first && second);
    assert.ok(isWrappedSecret((first.wrapped as Record<string, unknown>)["kubeconfig"]));
    assert.equal(first.inputs["kubeconfig"], "content");
    assert.ok(!("context" in first.inputs));
    assert.equal(second.inputs["context"], "context2");
  });

  it("are the mesh's own, so that a program can have several meshes", async () => {
    const { byName, resources } = await providers({}, ["blue", "green"]);
    assert.deepEqual([...byName.keys()].sort(), ["blue-cluster1", "blue-cluster2", "green-cluster1", "green-cluster2"]);
    const urns = resources.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
    const secret = resources.find(({ name }) => name === "green-cluster2-peers");
    assert.equal(secret?.provider, "green-cluster2");
  });

  it("changes Secrets in place, applies on the server, and is the same cluster whatever leads there", async () => {
    const { byName } = await providers();
    const inputs = byName.get("mesh-cluster1")?.inputs ?? {};
    const { enableSecretMutable, enableServerSideApply, upsertExistingObjects, clusterIdentifier } = inputs;
    assert.deepEqual([enableSecretMutable, enableServerSideApply, upsertExistingObjects], ["true", "true", "true"]);
    assert.equal(clusterIdentifier, "clustermesh/test/cluster1");
  });

  it("reaches nothing where the cluster is lost, whatever it is given, and lets go of what was there", async () => {
    for (const first of [{ lost: true }, { lost: true, kubeconfig: "content" }]) {
      const { byName } = await providers(first);
      const inputs = byName.get("mesh-cluster1")?.inputs ?? {};
      assert.equal(inputs["context"], undefined);
      assert.match(String(inputs["kubeconfig"]), /https:\/\/127\.0\.0\.1:1"/);
      assert.deepEqual([inputs["deleteUnreachable"], inputs["skipUpdateUnreachable"]], ["true", "true"]);
      assert.equal(inputs["clusterIdentifier"], "clustermesh/test/cluster1");
      assert.equal(byName.get("mesh-cluster2")?.inputs["deleteUnreachable"], undefined);
    }
  });

  it("writes no path of its user into the state", async () => {
    const before = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = "/home/a-user/.kube/config";
    try {
      const { byName } = await providers();
      assert.ok(!JSON.stringify(byName.get("mesh-cluster2")?.inputs).includes("a-user"));
    } finally {
      restore("KUBECONFIG", before);
    }
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) {
    Reflect.deleteProperty(process.env, name);
  } else {
    process.env[name] = value;
  }
}
