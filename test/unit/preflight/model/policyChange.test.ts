import assert from "node:assert/strict";
import { desiredConfig, rolloutChecksum } from "../../../../components/cilium/model/agentConfig";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { changesNothing } from "../../../../components/policyCheck/model/meshChange";
import { policyChange } from "../../../../components/preflight/model/policyChange";
import { member } from "../../support/mesh/mesh";
import { liveCluster, managers, recorded, type LiveOptions } from "../../support/preflight/live";

const clusters = [1, 2, 3].map((n) => member(n));
const context = { members: clusters, cilium: DEFAULT_SETTINGS.cilium, peerSecret: "cilium-clustermesh" };

/** The peers' Secret; the keys that are ours are owned by our field manager. */
function secret(keys: readonly string[], ours: readonly string[] = keys) {
  return {
    kind: "Secret",
    metadata: {
      ...{ name: "cilium-clustermesh", namespace: "kube-system", uid: "9" },
      managedFields: managers({ "cilium-clustermesh": ours, helm: keys.filter((key) => !ours.includes(key)) }),
    },
    data: Object.fromEntries(keys.map((key) => [key, ""])),
  };
}

function change(options: LiveOptions) {
  return policyChange(member(1), liveCluster(options), context);
}

const rolled = () => {
  const daemonSet = structuredClone(recorded("daemonset")) as unknown as {
    spec: { template: { metadata: { annotations?: object } } };
  };
  daemonSet.spec.template.metadata.annotations = {
    "cilium-clustermesh/config": rolloutChecksum(desiredConfig(member(1))),
  };
  return daemonSet as unknown as NonNullable<LiveOptions["daemonSet"]>;
};

describe("model: what an up changes for a cluster's policies", () => {
  const unmeshed = { "cluster-name": "default", "cluster-id": "0" };
  const meshed = { "cluster-name": "cluster1", "cluster-id": "101" };
  const others = ["cluster2", "cluster3"];

  it("is name and peers where it joins, from whatever name", () => {
    assert.deepEqual(change({ config: unmeshed }), { from: "default", to: "cluster1", peers: [], peersAfter: others });
    assert.equal(change({ config: { "cluster-name": undefined, "cluster-id": undefined } }).from, "default");
    assert.equal(change({ config: { "cluster-name": "old", "cluster-id": "0" } }).from, "old");
  });

  it("is its peers where others come and go", () => {
    const come = change({ config: meshed, claimed: [secret(["cluster1", "cluster2", "mesh.ca.crt"])] });
    assert.deepEqual(come, { from: "cluster1", to: "cluster1", peers: ["cluster2"], peersAfter: others });
    const go = change({ config: meshed, claimed: [secret(["cluster1", "cluster2", "cluster3", "cluster4"])] });
    assert.deepEqual([go.peers, go.peersAfter], [["cluster2", "cluster3", "cluster4"], others]);
  });

  it("is nothing in a mesh that is as it is described", () => {
    const live = liveCluster({ config: meshed, claimed: [secret(["cluster1", ...others, "mesh.ca.crt"])] });
    assert.ok(changesNothing(policyChange(member(1), live, context)));
  });

  it("leaves peers that others have put there", () => {
    const live = { config: meshed, claimed: [secret(["cluster1", ...others, "theirs"], ["cluster1", ...others])] };
    assert.deepEqual(change(live).peersAfter, [...others, "theirs"]);
    assert.deepEqual(change(live).peers, [...others, "theirs"]);
  });

  it("goes by the name that the agents were rolled with: what others have written since is set again", () => {
    const claimed = [secret(["cluster1", ...others])];
    assert.deepEqual(change({ config: unmeshed, claimed, daemonSet: rolled() }), {
      ...{ from: "cluster1", to: "cluster1" },
      ...{ peers: others, peersAfter: others },
    });
  });

  it("knows no peers where agents have no id, whatever files there are", () => {
    assert.deepEqual(change({ config: unmeshed, claimed: [secret(others)] }).peers, []);
  });
});
