import assert from "node:assert/strict";
import { manualRestoreCommands } from "../../../../components/cluster/model/manualRestore";
import { DEFAULT_SETTINGS } from "../../../../components/settings/model/settings";
import { recordOf } from "../../support/record";

const WEST = "kubectl --context west";

describe("model: a cluster given back by hand", () => {
  const value = (text: string) => ({ kind: "value", value: text, managers: [] }) as const;
  const config = { "cluster-name": value("default"), "cluster-id": { kind: "absent" } } as const;
  const recorded = recordOf({ config });
  const secret = (name: string) => ({ resource: "secrets", name, namespace: "kube-system" });
  const names = DEFAULT_SETTINGS.cilium;

  it("first loses its peers, then gets its values back and its agents restarted", () => {
    const rest = `"metadata":{"annotations":{"cilium-clustermesh/originals":null}}}'`;
    const template = `'{"spec":{"template":{"metadata":{"annotations":{"cilium-clustermesh/config":null}}}}}'`;
    assert.deepEqual(
      manualRestoreCommands({
        cilium: names,
        context: "west",
        recorded,
        managedObjects: [secret("cilium-clustermesh"), secret("etcd")],
      }),
      [
        `${WEST} -n kube-system delete secret --ignore-not-found cilium-clustermesh etcd`,
        `${WEST} -n kube-system patch configmap/cilium-config --type=merge --patch '{"data":{"cluster-name":"default","cluster-id":null},${rest}`,
        `${WEST} -n kube-system patch daemonset/cilium --type=merge --patch ${template}`,
        `${WEST} -n kube-system patch deployment/cilium-operator --type=merge --patch ${template}`,
      ],
    );
  });

  it("keeps a Secret that was adopted, and rolls no operator where there is none", () => {
    const lines = manualRestoreCommands({
      cilium: { ...names, operator: false },
      recorded: recordOf({ config, peerSecret: "present" }),
      managedObjects: [secret("cilium-clustermesh"), { resource: "namespaces", name: "n" }],
    });
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => !line.includes("delete") && !line.includes("deployment")));
  });

  it("takes the peers from the agents before it takes them from their cache, unless that Secret was adopted", () => {
    const managedObjects = [secret("cilium-kvstoremesh"), secret("cilium-clustermesh"), secret("etcd")];
    const first = (kvstoremeshSecret: "present" | "absent") =>
      manualRestoreCommands({
        cilium: names,
        context: "west",
        recorded: recordOf({ config, kvstoremeshSecret }),
        managedObjects,
      })[0];
    const deletion = `${WEST} -n kube-system delete secret --ignore-not-found cilium-clustermesh etcd`;
    assert.deepEqual([first("absent"), first("present")], [`${deletion} cilium-kvstoremesh`, deletion]);
  });

  it("loses the caches' peers too, where only what was recorded tells that it has caches", () => {
    const managedObjects = [secret("cilium-clustermesh")];
    const first = (recorded: Parameters<typeof recordOf>[0]) =>
      manualRestoreCommands({
        cilium: names,
        context: "west",
        recorded: recordOf({ config, ...recorded }),
        managedObjects,
      })[0];
    const deletion = `${WEST} -n kube-system delete secret --ignore-not-found cilium-clustermesh`;
    assert.equal(first({ kvstoremeshSecret: "absent" }), `${deletion} cilium-kvstoremesh`);
    assert.deepEqual([first({ kvstoremeshSecret: "present" }), first({})], [deletion, deletion]);
  });

  it("is safe to paste, whatever the values were", () => {
    const odd = { "cluster-name": value("it's; rm -rf") };
    const [patch = ""] = manualRestoreCommands({
      cilium: names,
      context: "west",
      recorded: recordOf({ config: odd }),
      managedObjects: [],
    });
    assert.ok(patch.includes(`'{"data":{"cluster-name":"it'\\''s; rm -rf"},`), patch);
  });
});
