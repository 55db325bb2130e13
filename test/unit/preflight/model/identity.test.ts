import assert from "node:assert/strict";
import { liveIdentity, otherThanRecorded, sameCluster } from "../../../../components/preflight/model/identity";
import { lines, member } from "../../support/mesh/mesh";
import { found, POLICY } from "../../support/preflight/live";
import { summaryOf } from "../../../../components/identity/model/recordedClusters";
import { recordText } from "../../support/record";

const MEMBERS = [member(1), member(2)];

/** Problems of the first member, whose live name and id are these. */
const live = (name: string | undefined, id: string | undefined) =>
  lines(liveIdentity(found(1, { config: { "cluster-name": name, "cluster-id": id } }), MEMBERS, POLICY));

describe("preflight: live name and id", () => {
  it("are fine where the cluster is in no mesh", () => {
    assert.deepEqual(live("default", "0"), []);
    assert.deepEqual(live(undefined, undefined), []);
    assert.deepEqual(live("somewhere", "0"), []);
    assert.deepEqual(live("default", ""), []);
  });

  it("are fine where the cluster is the member already", () => {
    assert.deepEqual(live("cluster1", "101"), []);
    assert.deepEqual(live("cluster1", "0"), []);
  });

  it("are fine where there is no ConfigMap, which is another problem", () => {
    assert.deepEqual(liveIdentity(found(1, { without: ["configmap"] }), MEMBERS, POLICY), []);
  });

  it("may not be another cluster's", () => {
    const line =
      'cluster "cluster1": live cluster-name "cluster2" is the name of another cluster of the mesh; point context or kubeconfig at the right cluster; where this is the right one, and a helm upgrade went to it by mistake, give it back its name';
    assert.deepEqual(live("cluster2", "102"), [line]);
    assert.deepEqual(live("cluster2", "0"), [line]);
  });

  it("may not be those of a cluster of another mesh", () => {
    assert.deepEqual(live("west", "7"), [
      'cluster "cluster1": live cluster-name "west" is that of a cluster meshed with id 7: a meshed cluster is not renamed; list it as "west", or take two steps: 1. remove the cluster from its configuration and run pulumi up, 2. list it as "cluster1" and run pulumi up',
    ]);
    assert.equal(live("west", "101").length, 1);
  });

  it("may not be those of a member whose id alone would change", () => {
    assert.deepEqual(live("cluster1", "7"), [
      'cluster "cluster1": live cluster-id "7" cannot become 101: the id of a meshed cluster does not change; declare id 7, or take two steps: 1. remove the cluster from its configuration and run pulumi up, 2. list it under a new name with id 101 and run pulumi up',
    ]);
  });

  it("may not be a cluster's name with another cluster's id", () => {
    assert.deepEqual(live("cluster1", "102"), [
      'cluster "cluster1": live cluster-id "102" is the id of cluster "cluster2"; declare id 102, or take two steps: 1. remove the cluster from its configuration and run pulumi up, 2. list it under a new name with id 101 and run pulumi up',
    ]);
  });
});

describe("preflight: another cluster under the name of one that was meshed", () => {
  const judged = (lost: object) => {
    const recorded = { cluster1: summaryOf(recordText({ cluster: "a", ...lost }), "cluster1") };
    return lines(otherThanRecorded(found(1, { uid: "b" }), { ...POLICY, recorded }));
  };

  it("is refused, but in the place of one that was lost", () => {
    assert.match(judged({}).join(), /"cluster1": kube-system uid "b" is not "a", which this stack has meshed/);
    assert.deepEqual(judged({ lost: true }), []);
  });
});

describe("preflight: one cluster under two names", () => {
  it("is told by the UID of kube-system", () => {
    const three = [found(1, { uid: "a" }), found(2, { uid: "b" }), found(3, { uid: "a" })];
    assert.deepEqual(lines(sameCluster(three)), [
      'cluster "cluster3": context leads to the same cluster as "cluster1"; give each cluster its own context or kubeconfig',
    ]);
  });

  it("is not assumed where the UID could not be read", () => {
    assert.deepEqual(sameCluster([found(1, { without: ["namespace"] }), found(2, { without: ["namespace"] })]), []);
  });
});
