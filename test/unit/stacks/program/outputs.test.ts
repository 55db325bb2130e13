import assert from "node:assert/strict";
import { clustersOf } from "../../../../components/mesh/model/mesh";
import { describeClusters } from "../../../../stacks/program/outputs";
import { clusterSpec, mesh } from "../../support/mesh/mesh";

const shown = (name: string, id: number, endpoint: string, pods: string, nodes: string) => ({
  name,
  id,
  publishes: "kvstore",
  reads: "direct",
  endpoints: [endpoint],
  podCIDRs: [pods],
  nodeCIDRs: [nodes],
});

describe("stacks: outputs", () => {
  it("say what the clusters are, by name", () => {
    const spec = mesh({ west: clusterSpec(1, { apiServerEtcd: ["https://10.9.9.9:2379"] }), east: clusterSpec(2) });
    assert.deepEqual(describeClusters(clustersOf(spec.clusters)), [
      shown("east", 102, "https://10.1.2.1:2379", "10.102.0.0/16", "10.1.2.0/24"),
      shown("west", 101, "https://10.1.1.1:2379", "10.101.0.0/16", "10.1.1.0/24"),
    ]);
  });

  it("say which of them is lost", () => {
    const spec = mesh({ west: clusterSpec(1, { lost: true }), east: clusterSpec(2) });
    const lost = describeClusters(clustersOf(spec.clusters)).map((each) => ("lost" in each ? each.lost : undefined));
    assert.deepEqual(lost, [undefined, true]);
  });
});
