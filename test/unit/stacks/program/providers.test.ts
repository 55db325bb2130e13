import assert from "node:assert/strict";
import { withProviders } from "../../../../stacks/program/providers";
import { isWrappedSecret, run } from "../../support/pulumiMocks";
import { clusters, configuration } from "../../support/stacks/configuration";

/** The providers for these clusters, by name. */
async function providers(first: object = {}) {
  const read = configuration({ clusters: clusters(first) });
  const { result, resources } = await run(() => withProviders(read.clusters));
  return { made: result, byName: new Map(resources.map((each) => [each.name, each])) };
}

describe("stacks: withProviders", () => {
  it("makes a provider for each cluster, with a context or a kubeconfig, which is secret", async () => {
    const { made, byName } = await providers({ context: undefined, kubeconfig: "content" });
    assert.deepEqual(Object.keys(made), ["cluster1", "cluster2"]);
    const [first, second] = [byName.get("cluster1"), byName.get("cluster2")];
    assert.ok(first && second);
    assert.ok(isWrappedSecret((first.wrapped as Record<string, unknown>)["kubeconfig"]));
    assert.equal(first.inputs["kubeconfig"], "content");
    assert.ok(!("context" in first.inputs));
    assert.equal(second.inputs["context"], "context2");
    assert.equal(made["cluster2"]?.context, "context2");
    assert.equal(made["cluster1"]?.kubeconfig, "content");
  });

  it("changes Secrets in place, applies on the server, and is the same cluster whatever leads there", async () => {
    const { byName } = await providers();
    const inputs = byName.get("cluster1")?.inputs ?? {};
    const { enableSecretMutable, enableServerSideApply, upsertExistingObjects, clusterIdentifier } = inputs;
    assert.deepEqual([enableSecretMutable, enableServerSideApply, upsertExistingObjects], ["true", "true", "true"]);
    assert.equal(clusterIdentifier, "clustermesh/test/cluster1");
  });

  it("reaches nothing where the cluster is lost, whatever it is given, and lets go of what was there", async () => {
    for (const first of [{ lost: true }, { lost: true, context: undefined, kubeconfig: "content" }]) {
      const { byName } = await providers(first);
      const inputs = byName.get("cluster1")?.inputs ?? {};
      assert.equal(inputs["context"], undefined);
      assert.match(String(inputs["kubeconfig"]), /https:\/\/127\.0\.0\.1:1"/);
      assert.deepEqual([inputs["deleteUnreachable"], inputs["skipUpdateUnreachable"]], ["true", "true"]);
      assert.equal(inputs["clusterIdentifier"], "clustermesh/test/cluster1");
      assert.equal(byName.get("cluster2")?.inputs["deleteUnreachable"], undefined);
    }
  });

  it("writes no path of whoever runs it into the state", async () => {
    const before = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = "/home/somebody/.kube/config";
    try {
      const { byName } = await providers();
      assert.ok(!JSON.stringify(byName.get("cluster2")?.inputs).includes("somebody"));
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
