import assert from "node:assert/strict";
import { INPUT_VARIABLE, LARGE_INPUT } from "../../../components/command/protocol";
import { recordOf } from "../support/record";
import { clusterSpec } from "../support/mesh/mesh";
import { runMesh, type MeshOptions } from "../support/meshProgram";
import { isWrappedSecret, PATHS_OF_CLUSTER1, valueOf } from "../support/pulumiMocks";

async function given(command: string, options: MeshOptions = {}): Promise<Readonly<Record<string, unknown>>> {
  const { inputs, wrapped } = (await runMesh(options)).one("Command", command);
  assert.ok(!isWrappedSecret((wrapped as Readonly<Record<string, unknown>>)["environment"]), "people may read it");
  const environment = inputs["environment"] as Readonly<Record<string, string>>;
  const sent = JSON.parse((inputs["stdin"] as string | undefined) ?? "{}") as Readonly<Record<string, string>>;
  const large = JSON.parse(sent[LARGE_INPUT] ?? "{}") as Record<string, unknown>;
  return { ...(JSON.parse(environment[INPUT_VARIABLE] ?? "") as Record<string, unknown>), ...large };
}

describe("components: the check of a mesh", () => {
  it("knows what did not work before, though its record came from a command with secrets", async () => {
    const { pathsBefore } = await given("clustermesh-check", { kubeconfigs: [1] });
    assert.deepEqual(pathsBefore, { cluster1: PATHS_OF_CLUSTER1 });
  });

  it("knows which clusters they were when they joined, and so do the demo's pings", async () => {
    const { clusters: checked } = await given("clustermesh-check", { kubeconfigs: [1] });
    const { clusters: pinged } = await given("clustermesh-cluster1/pings-after", { demo: true });
    const { cluster: uid } = recordOf();
    const uids = (all: unknown) => (all as readonly { readonly uid?: string }[]).map(({ uid }) => uid);
    assert.deepEqual(
      [uids(checked), uids(pinged)],
      [
        [uid, uid],
        [uid, uid],
      ],
    );
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

  it("gives tables of paths and of stale pods, or nothing where it is off", async () => {
    const { result } = await runMesh();
    assert.deepEqual([await valueOf(result.paths), await valueOf(result.stalePods)], [[], []]);
    const off = (await runMesh({ settings: { wait: { check: false } } })).result;
    assert.deepEqual([off.paths, off.stalePods], [undefined, undefined]);
  });
});
