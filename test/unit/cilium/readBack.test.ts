import assert from "node:assert/strict";
import { deletePods } from "../../../components/cilium/agents";
import { DEFAULT_SETTINGS } from "../../../components/settings/model/settings";
import { annotate } from "../../../components/cilium/rollOutAnnotation";
import { restoreConfig } from "../../../components/identity/restoreConfig";
import { scriptedCluster } from "../support/kubernetes/scriptedCluster";

/** A kubectl that ends well whatever it is to change, and changes nothing: one that asks a person, or is told to only try. */
const CHANGES_NOTHING = `
  const object = (kind, name) => ({ apiVersion: "v1", kind, metadata: { name, namespace: "kube-system", uid: name } });
  const agents = { ...object("DaemonSet", "cilium"), spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: {}, spec: { containers: [] } } } };
  const config = { ...object("ConfigMap", "cilium-config"), data: { "cluster-name": "west" } };
  const pod = (name) => ({ ...object("Pod", name), spec: {}, status: {} });
  const named = args.slice(2, args.indexOf("-n")).map((name) => pod(name));
  const found = args[1] === "pods" ? [] : args[1] === "pod" ? named : args[1] === "configmap/cilium-config" ? [config] : [agents];
  if (args[0] === "get") {
    process.stdout.write(printAsAsked(args, found.length === 1 ? found[0] : { kind: "List", items: found }));
  }`;

/** A kubectl that deletes pods; a successor comes back under the same name at once. */
const REPLACES = `
  const uid = calls((call) => call.includes("delete")) === 0 ? "1" : "2";
  const pod = { kind: "Pod", metadata: { name: "cilium-a", namespace: "kube-system", uid } };
  if (args[0] === "get") process.stdout.write(JSON.stringify(pod));`;

describe("commands: what a step has changed is read back", () => {
  const { using, calls } = scriptedCluster();

  for (const pods of [["cilium-a"], ["cilium-a", "cilium-b"]]) {
    it(`pods that are there all the same: ${pods.join(", ")}`, async () => {
      await assert.rejects(
        using(CHANGES_NOTHING, (kubectl) => deletePods(kubectl, "kube-system", pods)),
        (error: Error) => error.message.includes(`they are there all the same: ${pods.join(", ")};`),
      );
    });
  }

  it("pods that have a successor of their name are gone", async () => {
    await using(REPLACES, (kubectl) => deletePods(kubectl, "kube-system", ["cilium-a"]));
  });

  it("an annotation that has not arrived", async () => {
    await assert.rejects(
      using(CHANGES_NOTHING, (kubectl) => annotate(kubectl, DEFAULT_SETTINGS.cilium, "x")),
      /^Error: daemonset\/cilium of namespace kube-system took the annotation .*, and do not have it as it was written/,
    );
  });

  it("originals that are not back: one write, and not one after the other for ever", async () => {
    const kept = { "cluster-name": { kind: "value", value: "default", managers: [] } } as const;
    await assert.rejects(
      using(CHANGES_NOTHING, (kubectl) =>
        restoreConfig(kubectl, "west", DEFAULT_SETTINGS.cilium, kept, { "cluster-name": "west" }),
      ),
      /cilium-config took cluster-name, and does not have what was written/,
    );
    assert.equal(calls().filter((call) => call.includes("patch")).length, 1);
  });
});
