import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ClusterMesh, DEFAULT_SETTINGS } from "../../../components";
import { own } from "../../../components/basics/model/own";
import { INPUT_VARIABLE } from "../../../components/command/protocol";
import { accessTo } from "../../../components/kubernetes/access";
import { ownedPart } from "../../../components/kubernetes/model/fieldSet";
import { parseObject } from "../../../components/kubernetes/model/liveObject";
import { parseLiveCluster } from "../../../components/preflight/model/liveCluster";
import { loadStack } from "../../../stacks";
import { clusterSpec } from "../support/mesh/mesh";
import { run } from "../support/pulumiMocks";
import { clusterConfiguration, texts } from "../support/stacks/configuration";

/** Names that a cluster may have, and that JavaScript, JSON, YAML or Mermaid have something of their own under. */
const NAMES = ["constructor", "then", "end", "null", "true", "prototype", "length", "0", "1e3"];
/** Keys that a Secret or a ConfigMap may have. */
const KEYS = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__", "then"];

describe("components: names that JavaScript has something of its own under", () => {
  it("are nothing that a record has, unless it has it itself", () => {
    for (const key of [...KEYS, ...NAMES]) {
      assert.equal(own({}, key), undefined, key);
      assert.equal(own(JSON.parse(JSON.stringify({})) as Record<string, string>, key), undefined, key);
      assert.equal(own(Object.fromEntries([[key, "x"]]), key), "x", key);
    }
  });

  it("are names of clusters as any other", async () => {
    const mesh = await run(() => {
      const clusters = NAMES.map((name, index) => {
        const provider = new k8s.Provider(`${name}-provider`, {
          enableSecretMutable: true,
          upsertExistingObjects: true,
        });
        return [name, { ...clusterSpec(index + 1), context: name, provider }] as const;
      });
      return Promise.resolve(new ClusterMesh("clustermesh", { clusters: Object.fromEntries(clusters) }));
    });
    const secrets = mesh.resources.filter(({ type, name }) => type.endsWith(":Secret") && name.endsWith("-peers"));
    assert.deepEqual(secrets.map(({ name }) => name).sort(), NAMES.map((name) => `clustermesh-${name}-peers`).sort());
    for (const name of NAMES) {
      assert.ok(
        mesh.resources.some((each) => each.name === `clustermesh-${name}-rollout`),
        name,
      );
    }
  });

  it("are names in a configuration as any other, and have no change of their own", async () => {
    const clusters = Object.fromEntries(["constructor", "then"].map((name, n) => [name, clusterConfiguration(n + 1)]));
    const values = Object.entries(texts({ clusters, wait: { preflight: false } }));
    const { resources } = await run(async () => {
      pulumi.runtime.setAllConfig(Object.fromEntries(values.map(([key, value]) => [`clustermesh:${key}`, value])));
      return new ClusterMesh("clustermesh", (await loadStack()).plan);
    });
    pulumi.runtime.setAllConfig({});
    const settled = resources.find(({ name }) => name === "clustermesh-constructor-rollout");
    assert.deepEqual(Object.keys(settled?.inputs["environment"] as object), [
      INPUT_VARIABLE,
      "NODE_OPTIONS",
      "NODE_PATH",
    ]);
  });

  it("lead to no kubeconfig that was not given", () => {
    for (const name of NAMES) {
      assert.deepEqual(accessTo({ name, context: "c" }, {}), { kind: "context", context: "c" });
      assert.deepEqual(accessTo({ name }, Object.fromEntries([[name, "content"]])), {
        kind: "kubeconfig",
        content: "content",
      });
      assert.throws(() => accessTo({ name }, {}), /neither context nor kubeconfig/);
    }
  });

  it("are keys of an object as any other", () => {
    const data = Object.fromEntries(KEYS.map((key) => [key, "dmFsdWU="]));
    const object = { kind: "Secret", metadata: { name: "s", uid: "1" }, data };
    assert.deepEqual(Object.keys(parseObject(JSON.stringify(object))?.data ?? {}), KEYS);
    const list = JSON.stringify({ items: [object] });
    const { existingObjects: occupied } = parseLiveCluster(
      DEFAULT_SETTINGS.cilium,
      list,
      '{"items":[]}',
      '{"items":[]}',
    );
    assert.deepEqual(occupied[0]?.keys, KEYS);
  });

  it("are owned where they are there, and nothing of JavaScript's is where they are not", () => {
    const fields = { "f:data": Object.fromEntries(KEYS.map((key) => [`f:${key}`, {}])) };
    assert.deepEqual(JSON.stringify(ownedPart({ data: {} }, fields)), '{"data":{}}');
    const data = Object.fromEntries(KEYS.map((key) => [key, "x"]));
    assert.equal(JSON.stringify(ownedPart({ data }, fields)), JSON.stringify({ data }));
  });
});
