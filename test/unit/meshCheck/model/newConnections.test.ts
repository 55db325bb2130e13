import assert from "node:assert/strict";
import { connectionProblems } from "../../../../components/meshCheck/model/newConnections";
import { textFixture } from "../../support/fixtures";
import { lines } from "../../support/mesh/mesh";

const PEERS = ["cluster1", "cluster2", "cluster3"];
const AGENT = { cluster: "cluster1", agent: "cilium-x", node: "node1" };
const problems = (said: { text: string } | { error: string }) => lines(connectionProblems(PEERS, { ...AGENT, said }));
const saying = (name: string) => problems({ text: textFixture(`troubleshoot/${name}.txt`) });

describe("model: new connections to the peers", () => {
  it("are well where every declared peer was opened", () => {
    assert.deepEqual(saying("healthy"), []);
  });

  for (const [name, cause] of [
    ["client-expired", /refuses this cluster's client certificate, which it takes for expired/],
    ["unknown-ca", /is signed by another CA .*; with authority generated/],
    ["refused", /connection refused/],
    ["expired", /has expired or is not yet valid/],
  ] as const) {
    it(`name the peer and the cause: ${name}`, () => {
      const [first, ...others] = saying(name);
      assert.match(
        first ?? "",
        /^cluster "cluster1": agent cilium-x on node node1, peer "cluster2" gets no new connection/,
      );
      assert.match(first ?? "", cause);
      assert.deepEqual(others, []);
    });
  }

  it("are not proved to a peer of which the agent says nothing", () => {
    const said = { text: "Found 0 cluster configurations\n" };
    assert.deepEqual(problems(said).length, 2);
  });

  it("are not proved by an agent that does not answer", () => {
    const [first, second] = problems({ error: "no answer within 20 s" });
    assert.match(first ?? "", /peer "cluster2" gets no new connection to its etcd: no answer within 20 s/);
    assert.match(second ?? "", /peer "cluster3"/);
  });
});
