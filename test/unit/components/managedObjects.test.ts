import assert from "node:assert/strict";
import { managedObjectsOf, type ManagedObjectSettings } from "../../../components/managedObjects";

const SETTINGS: ManagedObjectSettings = {
  cilium: { namespace: "cilium" },
  peerSecret: "peers",
};
const secret = (name: string) => ({ resource: "secrets", name, namespace: "cilium" });

describe("model: managedObjectsOf", () => {
  it("are the Secrets, each where it is made", () => {
    assert.deepEqual(managedObjectsOf("cluster1", SETTINGS, true), [
      secret("peers"),
      secret("clustermesh-etcd-server"),
    ]);
    assert.deepEqual(managedObjectsOf("cluster1", SETTINGS, false), [secret("peers")]);
  });

  it("hold what the program makes beside the mesh, where it makes it", () => {
    const shop = { resource: "namespaces", name: "shop" };
    const of = (cluster: string) => managedObjectsOf(cluster, { ...SETTINGS, objects: { cluster1: [shop] } }, false);
    assert.deepEqual([of("cluster1"), of("cluster2")], [[secret("peers"), shop], [secret("peers")]]);
  });
});
