import assert from "node:assert/strict";
import { parseAgentStatus, type AgentReport } from "../../../../components/cilium/model/agentStatus";
import { removedPeers, removedPeerProblems } from "../../../../components/meshCheck/model/removedPeers";
import { agentStatusJson } from "../../support/fixtures";
import { lines } from "../../support/mesh/mesh";

const members = [
  { name: "cluster1", id: 101 },
  { name: "cluster2", id: 102 },
];

describe("model: peers that have left", () => {
  it("are those of the last result that are not declared now", () => {
    for (const word of ["clusters", "members"]) {
      const checked = { [word]: ["cluster2", "cluster3"], readiness: [], paths: [], stalePods: [] };
      assert.deepEqual(removedPeers(JSON.stringify(checked), members), ["cluster3"], word);
    }
  });

  it("are none before the first check", () => {
    assert.deepEqual(removedPeers("", members), []);
  });

  it("are a problem where an agent lists them, or does not answer", () => {
    const at = { cluster: "cluster1", pod: "cilium-x", node: "node1" };
    const listing: AgentReport = { ...at, peers: parseAgentStatus(agentStatusJson("ready")) };
    const silent: AgentReport = { ...at, pod: "cilium-y", peers: { error: "no answer within 20 s" } };
    const [first, second, ...others] = lines(removedPeerProblems(["cluster3"], [listing, silent]));
    assert.match(first ?? "", /^cluster "cluster1": agent cilium-x on node node1, peer "cluster3" is still listed/);
    assert.match(second ?? "", /agent cilium-y on node node1, peer "cluster3" may still be listed: no answer/);
    assert.deepEqual(others, []);
    assert.deepEqual(removedPeerProblems(["cluster4"], [listing]), []);
  });
});
