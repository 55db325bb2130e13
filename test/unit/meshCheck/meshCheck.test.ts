import assert from "node:assert/strict";
import { clusterSpec } from "../support/mesh/mesh";
import { commandInput, runMesh, type MeshOptions } from "../support/meshProgram";
import { isWrappedSecret, PATHS_OF_CLUSTER1, valueOf } from "../support/pulumiMocks";

async function given(name: string, options: MeshOptions = {}): Promise<Readonly<Record<string, unknown>>> {
  const command = (await runMesh(options)).one("Command", name);
  const { environment } = command.wrapped as { readonly environment: unknown };
  assert.ok(!isWrappedSecret(environment), "people may read it");
  return commandInput(command);
}

describe("components: the check of a mesh", () => {
  it("knows what did not work before, though its record came from a command with secrets", async () => {
    const { pathsBefore } = await given("clustermesh-check", { kubeconfigs: [1] });
    assert.deepEqual(pathsBefore, { cluster1: PATHS_OF_CLUSTER1 });
  });

  it("knows how identities are made, and what to do about stale ones", async () => {
    const usual = await given("clustermesh-check");
    assert.deepEqual([usual["maxConnectedClusters"], usual["restartStalePods"]], [255, false]);
    const settings = { maxConnectedClusters: 511, allow: ["restartStalePods"] } as const;
    const other = await given("clustermesh-check", { settings });
    assert.deepEqual([other["maxConnectedClusters"], other["restartStalePods"]], [511, true]);
  });

  it("is told of no peers of other stacks where there are none, and of each of them where there are", async () => {
    assert.equal((await given("clustermesh-check"))["externalPeers"], undefined);
    const split = await given("clustermesh-check", { clusters: [1], externalPeers: { cluster2: clusterSpec(2) } });
    assert.deepEqual([split["externalPeers"], split["requireExternalPeers"]], [[{ name: "cluster2", id: 102 }], false]);
    assert.deepEqual(
      (split["clusters"] as readonly { readonly name: string }[]).map(({ name }) => name),
      ["cluster1"],
    );
  });

  it("has a record made for it, where there is one", async () => {
    const probed = async (enabled: boolean) => {
      const settings = enabled ? {} : { wait: { check: false } as const };
      return (await given("clustermesh-cluster2-original-config", { settings }))["probePaths"];
    };
    assert.equal(await probed(true), true);
    assert.equal(await probed(false), false);
  });

  it("gives tables of paths, of stale pods and of readiness, or nothing where it is off", async () => {
    const { paths, stalePods, readiness } = (await runMesh()).result;
    assert.deepEqual(await Promise.all([valueOf(paths), valueOf(stalePods), valueOf(readiness)]), [[], [], []]);
    const off = await runMesh({ settings: { wait: { check: false } } });
    assert.deepEqual([off.result.paths, off.result.stalePods, off.result.readiness], Array(3).fill(undefined));
    assert.ok(!off.resources.some(({ name }) => name === "clustermesh-check"));
  });
});
