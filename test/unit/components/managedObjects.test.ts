import assert from "node:assert/strict";
import { managedObjectsOf, type ManagedObjectSettings } from "../../../components/managedObjects";
import { DEFAULT_DEMO } from "../../../components/demo/model/demo";

const SETTINGS: ManagedObjectSettings = {
  cilium: { namespace: "cilium" },
  peerSecret: "peers",
  etcdServerSecret: "server",
};
const secret = (name: string) => ({ resource: "secrets", name, namespace: "cilium" });

describe("model: claimsOf", () => {
  it("are the Secrets, each where it is made", () => {
    assert.deepEqual(managedObjectsOf("cluster1", SETTINGS, true, undefined), [secret("peers"), secret("server")]);
    assert.deepEqual(managedObjectsOf("cluster1", SETTINGS, false, undefined), [secret("peers")]);
  });

  it("hold the demo's objects in its clusters", () => {
    const demo = { ...DEFAULT_DEMO, serverCluster: "cluster1", clientCluster: "cluster2" };
    const count = (cluster: string) => managedObjectsOf(cluster, SETTINGS, false, demo).length;
    assert.deepEqual([count("cluster1"), count("cluster2"), count("cluster3")], [6, 6, 1]);
  });
});
