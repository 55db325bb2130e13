import assert from "node:assert/strict";
import { checkPolicies, type ChangingCluster } from "../../../components/policyCheck/checkPolicies";
import type { StoredObject } from "../../support/kubernetes/storedObject";
import { ciliumCluster, type CiliumCluster } from "../support/cilium/ciliumCluster";
import { MEMBER_INPUT } from "../support/command/runCommand";

const POLICY: StoredObject = {
  kind: "CiliumNetworkPolicy",
  metadata: { name: "only-clients", namespace: "shop", uid: "p" },
  spec: { endpointSelector: {}, ingress: [{ fromEndpoints: [{ matchLabels: { app: "client" } }] }] },
};
const KINDS = { found: ["ciliumnetworkpolicies.cilium.io", "networkpolicies.networking.k8s.io"] };

const told = async (
  over: Partial<ChangingCluster>,
  others: readonly StoredObject[] = [POLICY],
  local = "true",
  kinds: CiliumCluster["kinds"] = KINDS,
) => {
  const config = { "cluster-name": "default", "cluster-id": "0", "policy-default-local-cluster": local };
  const cluster = ciliumCluster("cluster1", { config, others, kinds });
  const change = { from: "default", to: "cluster1", peers: [] };
  const { owner, cilium } = MEMBER_INPUT;
  const all = await checkPolicies(cluster, { name: "cluster1", cilium, change, owner, ...over });
  return all
    .filter(({ reason }) => reason.includes("roll-out"))
    .map(({ severity, value, reason, fix }) => `${severity} ${String(value)} ${reason}; ${fix}`);
};

describe("what policies make of a change of name and id", () => {
  it("is told: three roll-outs, and how to have one", async () => {
    const [line = ""] = await told({ rollOuts: "three" });
    assert.match(line, /^info 1 are there, so name and id change in three roll-outs/);
    assert.match(line, /for one roll-out, .* add policyInterruptions to clustermesh:allow/);
  });

  it("is a warning where one roll-out is allowed", async () => {
    const [line = ""] = await told({ rollOuts: "one" });
    assert.match(line, /^warning 1 are there, .* in one roll-out of the agents: for seconds they may refuse/);
  });

  it("is the same where nobody knows whether there are any", async () => {
    const kinds = { found: [], refused: "unable to retrieve the complete list of server APIs: cilium.io/v2: down" };
    const [three = ""] = await told({ rollOuts: "three" }, [], "true", kinds);
    assert.match(three, /^info undefined may be there \(some API group\), so name and id change in three roll-outs/);
    const [one = ""] = await told({ rollOuts: "one" }, [], "true", kinds);
    assert.match(one, /^warning undefined may be there \(some API group\), .* in one roll-out/);
  });

  it("is nothing where others roll the agents, there are no policies, nothing is renamed, or agents take both names", async () => {
    assert.deepEqual(await told({}), []);
    assert.deepEqual(await told({ rollOuts: "three" }, []), []);
    assert.deepEqual(await told({ rollOuts: "three" }, [POLICY], "false"), []);
    const change = { from: "cluster1", to: "cluster1", peers: [], peersAfter: ["cluster2"] };
    assert.deepEqual(await told({ rollOuts: "three", change }), []);
  });
});
