import assert from "node:assert/strict";
import type { AgentReport, PeerStatus } from "../../../../components/cilium/model/agentStatus";
import { directPeers, notDirectYet, readyPeers } from "../../../../components/cluster/model/readingChange";
import type { LiveObject } from "../../../../components/kubernetes/model/liveObject";
import { cacheFile } from "../../../../components/peers/model/peerFile";

const seen = (name: string, over: Partial<PeerStatus> = {}): PeerStatus => ({
  ...{ name, id: 102, ready: true, connected: true, reads: "direct", nodes: 0, identities: 0, endpoints: 0 },
  ...{ unsynced: [], status: "", ...over },
});
const report = (peers: AgentReport["peers"]): AgentReport => ({ cluster: "cluster1", pod: "p", node: "n", peers });

describe("model: agents that read their peers in another way", () => {
  it("know the peers whose files lead to their own etcds, of those that this stack has written", () => {
    const secret: LiveObject = {
      kind: "Secret",
      metadata: {
        name: "s",
        uid: "1",
        generation: 1,
        annotations: { "cilium-clustermesh/keys": "cluster1,cluster2,cluster3,a.crt" },
      },
      data: {
        ...{ cluster1: "", cluster2: "b3RoZXI=", "a.crt": "", theirs: "b3RoZXI=" },
        cluster3: Buffer.from(cacheFile("cilium")).toString("base64"),
      },
    };
    assert.deepEqual(directPeers(secret, "cluster1", "cilium"), ["cluster2"]);
    assert.deepEqual(directPeers(secret, "cluster1", "kube-system"), ["cluster2", "cluster3"]);
  });

  it("have peers with the ids that a reader has seen", () => {
    const reports = [
      report({ error: "silent" }),
      report([seen("b", { ready: false }), seen("c")]),
      report([seen("b")]),
    ];
    assert.deepEqual(readyPeers(["a", "b"], reports), [{ name: "b", id: 102 }]);
  });

  it("need their cache as long as one of them reads it, does not answer, or has not got what the cache has", () => {
    const kept = [{ name: "b", id: 102 }];
    const reasons = (peers: AgentReport["peers"], of = kept) =>
      notDirectYet(["b", "c"], of, [report(peers)]).map(({ value, reason }) => [value, reason]);
    assert.deepEqual(reasons([seen("b"), seen("c", { ready: false })]), []);
    assert.deepEqual(reasons([seen("b", { reads: "cached" })]), [["b", "is still read from the cache"]]);
    assert.deepEqual(reasons([seen("b"), seen("other", { reads: "cached" })]), []);
    assert.deepEqual(reasons([]), [["b", "the agent does not know this peer"]]);
    assert.deepEqual(reasons({ error: "silent" }, []), [["b, c", "silent"]]);
    assert.deepEqual(reasons([seen("b", { id: 7 })])[0]?.[0], "b");
  });
});
