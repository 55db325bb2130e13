import assert from "node:assert/strict";
import { podsOf } from "../../../components/cilium/agents";
import { ROLLED_POD_FIELDS } from "../../../components/cilium/model/rollOut/pods";
import type { Fields } from "../../../components/kubernetes/model/fields";
import { readFields } from "../../../components/kubernetes/readFields";
import { LIVE_POD_FIELDS } from "../../../components/meshCheck/model/stalePods";
import { printAsAsked } from "../../support/kubernetes/printJsonPath";
import { realPod } from "../support/kubernetes/realPod";
import { scriptedCluster } from "../support/kubernetes/scriptedCluster";

/** A kubectl with so many pods as long as real ones. */
const MANY = (count: number) => `
  const pod = ${JSON.stringify(realPod("NAME", "NODE"))};
  const named = (name, node) => ({ ...pod, metadata: { ...pod.metadata, name }, spec: { ...pod.spec, nodeName: node } });
  const items = Array.from({ length: ${String(count)} }, (_, n) => named("cilium-" + n, "node-" + n));
  process.stdout.write(printAsAsked(args, { items }));`;

describe("kubernetes: lists that grow with a cluster", () => {
  const { using, calls } = scriptedCluster();

  it("5000 agents are read, whose pods are more than can be kept", async () => {
    const pods = await using(MANY(5000), (kubectl) => podsOf(kubectl, "kube-system", "k8s-app=cilium"));
    assert.equal(pods.length, 5000);
    assert.deepEqual(pods[4999], {
      pod: "cilium-4999",
      node: "node-4999",
      ready: true,
      created: "2026-11-24T09:00:00Z",
    });
  });

  const SHAPES: Readonly<Record<string, Fields>> = {
    "of a roll-out": ROLLED_POD_FIELDS,
    "of a namespace": LIVE_POD_FIELDS,
  };
  for (const [whose, fields] of Object.entries(SHAPES)) {
    it(`a pod ${whose} is at most 2 KB of an answer`, async () => {
      const items = [realPod("cilium-1", "node-1")];
      let printed = "";
      const read = (args: readonly string[]) => Promise.resolve((printed = printAsAsked(args, { items })));
      const json = await readFields({ read }, ["get", "pods"], fields);
      assert.ok(JSON.stringify(items).length > 50_000);
      assert.ok(printed.length < 2000, String(printed.length));
      assert.equal((JSON.parse(json) as { readonly items: readonly object[] }).items.length, 1);
    });
  }

  it("a list that was cut off is asked for again", async () => {
    const body = `const all = printAsAsked(args, { items: [{ metadata: { name: "a" }, status: {} }, { metadata: { name: "b" } }] });
      process.stdout.write(calls() === 1 ? all.slice(0, all.length / 2) : all);`;
    const pods = await using(body, (kubectl) => podsOf(kubectl, "kube-system", "k8s-app=cilium"));
    assert.deepEqual(
      pods.map(({ pod }) => pod),
      ["a", "b"],
    );
    assert.equal(calls().length, 2);
  });

  it("an answer that is too long is asked for once", async () => {
    const body = 'process.stdout.write(Buffer.alloc(70 * 2 ** 20, " "));';
    await assert.rejects(
      using(body, (kubectl) => podsOf(kubectl, "kube-system", "k8s-app=cilium")),
      /^KubectlError: kubectl get pods answers with more than 64 MiB$/,
    );
    assert.equal(calls().length, 1);
  });
});
