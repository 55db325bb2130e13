import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { ClusterMesh } from "../../../components";
import { OCCASION_VARIABLE } from "../../../components/command/protocol";
import { run } from "../support/pulumiMocks";

const SEEN = "u 9";

/** Two clusters of which nothing is written down, and what was seen of them. */
function mesh() {
  const names = ["west", "east"];
  const provider = (name: string) =>
    new k8s.Provider(name, { enableSecretMutable: true, upsertExistingObjects: true, deleteUnreachable: false });
  const clusters = names.map(
    (name, index) => [name, { id: index + 1, context: name, provider: provider(name) }] as const,
  );
  const observed = names.map((name, index) => {
    const found = {
      reads: "direct" as const,
      endpoints: [`https://${name}.mesh.cilium.io:32379`],
      podCIDRs: [`10.${String(index)}.0.0/16`],
    };
    return [name, { found, ...(name === "west" ? { users: SEEN } : {}) }] as const;
  });
  const args = { owner: "ours", clusters: Object.fromEntries(clusters), observed: Object.fromEntries(observed) };
  return new ClusterMesh("mesh", { ...args, wait: { rollout: false, check: false } });
}

describe("components: users of peers that were changed since they were given", () => {
  it("are given again in that cluster alone, and nothing else is done again", async () => {
    const { resources } = await run(mesh, true);
    const again = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(SEEN));
    assert.deepEqual(
      again.map(({ name, inputs }) => [name, (inputs["environment"] as Record<string, string>)[OCCASION_VARIABLE]]),
      [["mesh-west-remote-users", SEEN]],
    );
    assert.ok(resources.some(({ name }) => name === "mesh-east-remote-users"));
  });
});
