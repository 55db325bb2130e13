import assert from "node:assert/strict";
import { KubectlError } from "../../../components/kubernetes/kubectlError";
import { parseCheckResult } from "../../../components/meshCheck/model/checkResult";
import type { CiliumCluster } from "../support/cilium/ciliumCluster";
import { check, meshInMemory, type MeshInMemory, OTHERS_READY, READY } from "../support/command/runCommand";
import { fixture } from "../support/fixtures";

describe("the command that checks a mesh, of identities", () => {
  const endpoints = fixture("endpoints/mixed") as readonly object[];
  const employee = "default/employee-6f7c9d-x2x4p";
  const stale = (pods: Readonly<Record<string, string | null>>, over: CiliumCluster = {}) =>
    meshInMemory({ cluster1: READY, ...OTHERS_READY }, { cluster1: { endpoints, pods, ...over } });
  const deleted = (mesh: MeshInMemory) =>
    [...mesh.values()].flatMap((cluster) => cluster.callsOf("deletePods").flatMap(([, pods]) => pods));

  it("reports pods that have kept one of before, with the command, and touches none", async () => {
    const fake = stale({ [employee]: "rs", "shop/cart-0": null });
    const { code, stdout, stderr } = await check(fake, 2);
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      parseCheckResult(stdout).stalePods.map((row) => "pod" in row && [row.cluster, row.pod, row.restart]),
      [
        ["cluster1", employee, "kubectl --context memory -n default delete pod employee-6f7c9d-x2x4p"],
        ["cluster1", "shop/cart-0", "kubectl --context memory -n shop delete pod cart-0"],
      ],
    );
    assert.match(
      stderr,
      /warning: cluster "cluster1": pod default\/employee-6f7c9d-x2x4p has identity 38354 of cluster id 0/,
    );
    assert.deepEqual(deleted(fake), []);
  });

  it("waits for an agent that has just started: it says that it has none", async () => {
    const { stdout, stderr } = await check(stale({ [employee]: "rs" }, { restoring: 2 }), 10);
    assert.ok(parseCheckResult(stdout).stalePods.some((row) => "pod" in row && row.pod === employee));
    assert.doesNotMatch(stderr, /are not known/);
  });

  it("names an agent that has not restored its pods, and one that does not answer, once", async () => {
    const restoring = stale({}, { restoring: Infinity });
    const silent = stale({}, {});
    silent
      .get("cluster1")
      ?.fail((call) => call.do === "exec" && call.args[1].includes("endpoint"), new KubectlError("no answer"));
    for (const [mesh, why] of [
      [restoring, "it has not restored them within 20 s"],
      [silent, "no answer"],
    ] as const) {
      const { stderr } = await check(mesh, 60);
      const line = `warning: cluster "cluster1": identities of the pods of agent cilium-cluster1 are not known: ${why}`;
      assert.deepEqual(
        stderr.split("\n").filter((each) => each.includes("are not known")),
        [line],
      );
    }
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
