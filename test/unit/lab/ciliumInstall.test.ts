import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tools } from "../../../lab";
import { waitForAgents } from "../../../lab/ciliumObjects/agentsReady";
import { installCilium, upgradeCilium } from "../../../lab/ciliumObjects/install";
import { type CiliumMode, DEFAULT_IDENTITY, DEFAULT_SETUP } from "../../../lab/ciliumObjects/setup";
import { clusterSite, type ClusterSite } from "../../../lab/controlPlane/cluster";
import { ensureClusterPki } from "../../../lab/pki/clusterPki";
import { testFolder } from "../../support/testFolder";

/** Programs in the place of kubectl and Helm, which keep what they are called with. */
function stand(folder: string) {
  const calls = join(folder, "calls");
  writeFileSync(calls, "");
  const program = (name: string): string => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> '${calls}'\n`, { mode: 0o700 });
    return file;
  };
  const access = { kubectl: program("kubectl"), kubeconfig: join(folder, "kubeconfig"), context: "cluster1" };
  const tools = { kubectl: access.kubectl, helm: program("helm"), ciliumChart: "/chart" } as Tools;
  return {
    access,
    tools,
    calls: (): readonly string[] =>
      readFileSync(calls, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.replaceAll(/ --(kube-?config|context|kube-context)=\S+/g, "")),
  };
}

async function siteOf(folder: string, mode: CiliumMode): Promise<ClusterSite> {
  const claim = { slot: 0, portOffset: 0, nodes: [2], cilium: [{ ...DEFAULT_SETUP, mode }] };
  const site = clusterSite(folder, claim, 1);
  mkdirSync(site.dir);
  await ensureClusterPki(site.dir, site.plan);
  return site;
}

describe("lab: Cilium in a cluster", () => {
  const folder = testFolder();

  it("is installed once, with a certificate for its own etcd where it has one", async () => {
    const { access, tools, calls } = stand(folder());
    const site = await siteOf(folder(), "kvstore");
    await installCilium(tools, site, access);
    await installCilium(tools, site, access);
    const [apply, helm, ...others] = calls();
    assert.match(apply ?? "", /^kubectl apply .* --filename=-$/);
    assert.match(helm ?? "", /^helm upgrade --install cilium \/chart --namespace=kube-system --values=\S+$/);
    assert.deepEqual(others, []);
  });

  it("is installed without one where it has no etcd", async () => {
    const { access, tools, calls } = stand(folder());
    await installCilium(tools, await siteOf(folder(), "apiserver"), access);
    assert.deepEqual(
      calls().map((call) => call.split(" ")[0]),
      ["helm"],
    );
  });

  it("is upgraded to the lab's values with others over them, whatever was given before, as often as it is asked", async () => {
    const { access, tools, calls } = stand(folder());
    const site = await siteOf(folder(), "kvstoremesh");
    const given = [{ cluster: { name: "west", id: 1 } }, { debug: { enabled: true } }];
    for (const values of given) {
      await upgradeCilium(tools, site, access, values);
      const files = calls()
        .at(-1)
        ?.split(" ")
        .flatMap((word) => (word.startsWith("--values=") ? word.slice("--values=".length) : []));
      const [own, over, ...others] = (files ?? []).map((file): unknown => JSON.parse(readFileSync(file, "utf8")));
      assert.deepEqual((own as { cluster: object }).cluster, DEFAULT_IDENTITY);
      assert.deepEqual([over, others], [values, []]);
    }
    assert.equal(calls().length, given.length);
  });

  it("runs when every node has registered, each waited for alone, and then the agents of all", async () => {
    const { access, calls } = stand(folder());
    await waitForAgents(access, ["node1", "node2"], () => undefined);
    assert.deepEqual(
      calls().map((call) => call.replace(/ --timeout=\d+s$/, "")),
      [
        "kubectl wait --for=create node/node1",
        "kubectl wait --for=create node/node2",
        "kubectl wait --for=condition=Ready node/node1 node/node2",
        "kubectl --namespace=kube-system rollout status daemonset/cilium",
        "kubectl --namespace=kube-system rollout status deployment/cilium-operator",
      ],
    );
  });
});
