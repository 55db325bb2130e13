import assert from "node:assert/strict";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import { check, meshInMemory, type MeshInMemory, OTHERS_READY, READY } from "../support/command/runCommand";
import { fixture } from "../support/fixtures";

describe("the command that checks a mesh, of identities", () => {
  const endpoints = fixture("endpoints/mixed") as readonly object[];
  const employee = "default/employee-6f7c9d-x2x4p";
  const stale = (pods: Readonly<Record<string, string | null>>) =>
    meshInMemory({ cluster1: READY, ...OTHERS_READY }, { cluster1: { endpoints, pods } });
  const deleted = (mesh: MeshInMemory) =>
    [...mesh.values()].flatMap((cluster) => cluster.callsOf("deletePods").flatMap(([, pods]) => pods));

  it("reports pods that have kept one of before, with the command, and touches none", async () => {
    const fake = stale({ [employee]: "rs", "shop/cart-0": null });
    const { code, stdout, stderr } = await check(fake, 2);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      parseCheckResult(stdout).stalePods.map((row) => "pod" in row && [row.cluster, row.pod, row.restart]),
      [
        ["cluster1", employee, "kubectl --context cluster1 -n default delete pod employee-6f7c9d-x2x4p"],
        ["cluster1", "shop/cart-0", "kubectl --context cluster1 -n shop delete pod cart-0"],
      ],
    );
    assert.match(
      stderr,
      /warning: cluster "cluster1": pod default\/employee-6f7c9d-x2x4p has identity 38354 of cluster id 0/,
    );
    assert.deepEqual(deleted(fake), []);
  });

  it("restarts them where it is told to, but for those that no controller replaces", async () => {
    const fake = stale({ [employee]: "rs", "default/protected-db-0": "rs", "shop/cart-0": null });
    const { code, stdout, stderr } = await check(fake, 20, { restartStalePods: true });
    assert.equal(code, 0, stderr);
    assert.deepEqual(deleted(fake), ["employee-6f7c9d-x2x4p"]);
    assert.deepEqual(
      parseCheckResult(stdout).stalePods.map((row) => "pod" in row && row.pod),
      ["shop/cart-0"],
    );
  });

  it("has fewer bits for pods where a mesh may be larger", async () => {
    const { stdout } = await check(stale({}), 1, { maxConnectedClusters: 511 });
    assert.ok(parseCheckResult(stdout).stalePods.some((row) => "pod" in row && row.pod === "default/protected-db-0"));
  });
});
