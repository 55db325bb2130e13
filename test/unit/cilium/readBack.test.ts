import assert from "node:assert/strict";
import { deletePods } from "../../../components/cilium/agents";
import { readConfigMap } from "../../../components/cilium/configMap";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { annotate } from "../../../components/cilium/rollOutAnnotation";
import { restoreConfig } from "../../../components/identity/restoreConfig";
import { ClusterInMemory } from "../../support/kubernetes/clusterInMemory";
import type { StoredObject } from "../../support/kubernetes/storedObject";

/** A cluster that takes every write, and changes nothing: as where kubectl asks a person, or is told to only try. */
class Unchanging extends ClusterInMemory {
  override apply(): Promise<void> {
    return Promise.resolve();
  }
  override deletePods(): Promise<void> {
    return Promise.resolve();
  }
  override patch(): Promise<void> {
    this.patches += 1;
    return Promise.resolve();
  }
  patches = 0;
}

const place = { namespace: "kube-system" };
const pod = (name: string): StoredObject => ({ kind: "Pod", metadata: { name, ...place, uid: name } });
const OBJECTS: readonly StoredObject[] = [
  { kind: "ConfigMap", metadata: { name: "cilium-config", ...place, uid: "1" }, data: { "cluster-name": "west" } },
  {
    ...{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "cilium", ...place, uid: "2" } },
    spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: {}, spec: { containers: [] } } },
  },
  ...["cilium-a", "cilium-b"].map(pod),
];

describe("commands: what a step has changed is read back", () => {
  for (const pods of [["cilium-a"], ["cilium-a", "cilium-b"]]) {
    it(`pods that are there all the same: ${pods.join(", ")}`, async () => {
      await assert.rejects(deletePods(new Unchanging(OBJECTS), "kube-system", pods), (error: Error) =>
        error.message.includes(
          `they are there all the same: ${pods.join(", ")}; see what keeps them: kubectl --context memory -n kube-system get pod`,
        ),
      );
    });
  }

  it("pods that have a successor of their name are gone", async () => {
    let uid = 1;
    const objects = () =>
      Promise.resolve(JSON.stringify({ items: [{ ...pod("a"), metadata: { name: "a", uid: String(uid) } }] }));
    const replaced = () => {
      uid += 1;
      return Promise.resolve();
    };
    await deletePods({ command: "kubectl", objects, deletePods: replaced }, "kube-system", ["a"]);
    assert.equal(uid, 2);
  });

  it("an annotation that has not arrived", async () => {
    await assert.rejects(
      annotate(new Unchanging(OBJECTS), DEFAULT_SETTINGS.cilium, "x"),
      /^Error: daemonset\/cilium of namespace kube-system took the annotation .*, and do not have it as it was written/,
    );
  });

  it("originals that are not back: one write, and not one after the other for ever", async () => {
    const kept = { "cluster-name": { kind: "value", value: "default", managers: [] } } as const;
    const cluster = new Unchanging(OBJECTS);
    const live = await readConfigMap(cluster, DEFAULT_SETTINGS.cilium);
    await assert.rejects(
      restoreConfig(cluster, "west", DEFAULT_SETTINGS.cilium, kept, { "cluster-name": "west" }, live),
      /cilium-config took cluster-name, and does not have what was written/,
    );
    assert.equal(cluster.patches, 1);
  });
});
