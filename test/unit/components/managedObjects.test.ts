import assert from "node:assert/strict";
import { managedObjectsOf, type ManagedObjectSettings } from "../../../components/managedObjects";
import { member } from "../support/mesh/mesh";

const SETTINGS: ManagedObjectSettings = {
  cilium: { namespace: "cilium" },
  peerSecret: "peers",
};
const secret = (name: string) => ({ resource: "secrets", name, namespace: "cilium" });

describe("model: managedObjectsOf", () => {
  it("are the Secrets, each where it is made", () => {
    assert.deepEqual(managedObjectsOf(member(1), SETTINGS, true), [secret("peers"), secret("clustermesh-etcd-server")]);
    assert.deepEqual(managedObjectsOf(member(1), SETTINGS, false), [secret("peers")]);
  });

  it("are those of the caches too, and no server's, where clustermesh-apiserver has its own", () => {
    const cached = member(1, { publishes: "apiserver", reads: "cached" });
    assert.deepEqual(managedObjectsOf(cached, SETTINGS, true), [secret("peers"), secret("cilium-kvstoremesh")]);
  });

  it("hold what the program makes beside the mesh, where it makes it", () => {
    const shop = { resource: "namespaces", name: "shop" };
    const of = (n: number) => managedObjectsOf(member(n), { ...SETTINGS, objects: { cluster1: [shop] } }, false);
    assert.deepEqual([of(1), of(2)], [[secret("peers"), shop], [secret("peers")]]);
  });
});
