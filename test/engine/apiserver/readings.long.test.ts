import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import type { LabCluster } from "../../../lab";
import { secretFiles } from "../../support/kubernetes/clusterObjects";
import { meshConfig, withMember } from "../../support/stacks/meshConfig";
import { succeeded, type PulumiStack } from "../../support/stacks/pulumi";
import { snapshot } from "../../support/kubernetes/snapshot";
import { apiserverMesh } from "../support/apiserver/apiserverLab";

const PEERS = "cilium-clustermesh";
const CACHES = "cilium-kvstoremesh";

/** What is done to the Secrets of a cluster with peers meanwhile, such as `MODIFIED cilium-clustermesh`. */
async function secretEvents(
  kubeconfig: string,
  context: string,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const args = ["get", "secrets", "--namespace=kube-system", "--watch-only", "--output-watch-events", "--no-headers"];
  const child = spawn("kubectl", [`--kubeconfig=${kubeconfig}`, `--context=${context}`, ...args]);
  let text = "";
  child.stdout.on("data", (data: Buffer) => (text += data.toString()));
  const ended = new Promise((resolve) => child.on("close", resolve));
  await delay(3000);
  try {
    await work();
    await delay(1000);
  } finally {
    child.kill();
    await ended;
  }
  const events = text.split("\n").map((line) => line.trim().split(/\s+/).slice(0, 2));
  const seen = events.filter(([, name]) => name === PEERS || name === CACHES).map((words) => words.join(" "));
  // What is deleted in the foreground is marked before.
  const isMark = (each: string, next: string | undefined) => each.replace("MODIFIED", "DELETED") === next;
  return seen.filter((each, index) => each !== seen[index - 1] && !isMark(each, seen[index + 1]));
}

describe("a cluster with clustermesh-apiserver whose agents read their peers in another way", function () {
  this.timeout("6m");
  let stack: PulumiStack;
  let clusters: readonly LabCluster[];
  let kubeconfig: string;
  let cached: LabCluster;
  let peer: LabCluster;
  let untouched: Readonly<Record<string, object>>;

  before(async () => {
    const mesh = await apiserverMesh("apiserver-readings");
    ({ stack, clusters, kubeconfig } = mesh);
    [cached = assert.fail(), peer = assert.fail()] = clusters;
    untouched = mesh.untouched[0] ?? assert.fail();
    succeeded(await stack.up());
  });

  const read = (reads: "direct" | "cached" | undefined) => {
    const { context, id } = cached;
    const member = { context, id, ...(reads === undefined ? {} : { reads }) };
    return stack.configure(withMember(meshConfig(clusters), cached.name, member));
  };
  const endpointsOf = async () =>
    (parse((await secretFiles(cached, PEERS))[peer.name] ?? "") as { readonly endpoints: readonly string[] }).endpoints;

  it("gives the agents their peers before it takes them from KVStoreMesh", async () => {
    await read("direct");
    const events = await secretEvents(kubeconfig, cached.context, async () => {
      const { text } = succeeded(await stack.up());
      assert.match(text, /agents read cluster2 directly; KVStoreMesh is rid of them/);
    });
    assert.deepEqual(events, [`MODIFIED ${PEERS}`, `DELETED ${CACHES}`]);
    assert.deepEqual(await endpointsOf(), [`https://${peer.name}.mesh.cilium.io:32379`]);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("gives KVStoreMesh the peers before it leads the agents to its cache", async () => {
    await read("cached");
    const events = await secretEvents(kubeconfig, cached.context, async () => succeeded(await stack.up()));
    assert.deepEqual(events, [`ADDED ${CACHES}`, `MODIFIED ${PEERS}`]);
    assert.deepEqual(await endpointsOf(), ["https://clustermesh-apiserver.kube-system.svc:2379"]);
    succeeded(await stack.up("--expect-no-changes"));
  });

  it("is left as it was, from either way", async () => {
    await read("direct");
    succeeded(await stack.up());
    succeeded(await stack.destroy());
    assert.deepEqual(await snapshot(cached), untouched);
  });
});
