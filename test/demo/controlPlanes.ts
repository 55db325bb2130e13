import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { up, type Lab } from "../../lab";
import { describePlugins } from "../plugins/install";
import { makeWorkstation, succeeded, type PulumiStack, type Workstation } from "../support/pulumi";
import { serveWithIssuedCertificate } from "../support/etcdServer";
import { snapshot } from "../support/snapshot";
import { localConfig } from "./localStack";
import { narrator, steadyLines, type Narrator } from "./narrator";
import { openEveryPeer } from "./openPeers";
import { table } from "../support/table";

/** How the demo runs. */
export interface DemoArgs {
  /** Leaves everything running at the end and says how to look around. */
  readonly keep: boolean;
}

const LAB = "demo";

/** No dots while nothing happens; the outputs come as tables. */
const QUIET = ["--suppress-progress", "--suppress-outputs"] as const;

/** Two real control planes, one mesh: up, looked at, proven, taken down, and everything as before. */
export async function demo({ keep }: DemoArgs): Promise<void> {
  const tell = narrator((text) => process.stdout.write(text));
  const lab = await tell.step(
    "two clusters: etcd, kube-apiserver and controllers, Cilium's objects by its own Helm chart",
    () => up({ name: LAB, clusters: 2, log: tell.quote }),
  );
  const workstation = await makeWorkstation({ pulumi: lab.bin.pulumi, bin: lab.bin.dir, kubeconfig: lab.kubeconfig });
  tell.say(describePlugins(workstation.plugins));
  try {
    await walkThrough(tell, lab, workstation, keep);
  } finally {
    if (!keep) {
      await tell.step("the lab is taken down", () => lab.down());
      await workstation.remove();
    }
  }
  tell.say(`\n${table(tell.times())}`);
}

async function walkThrough(tell: Narrator, lab: Lab, workstation: Workstation, keep: boolean): Promise<void> {
  const stack = workstation.stack("local", steadyLines(tell.quote));
  const before = await Promise.all(lab.clusters.map(snapshot));
  await stack.init(await localConfig(lab.clusters));

  await tell.step("pulumi up", async () => succeeded(await stack.up(...QUIET)));
  await showOutputs(tell, stack);
  await tell.step("every cluster's etcd takes its certificate from its Secret", () => serveIssued(lab));
  await tell.step("each peer's etcd, opened with nothing but what the Secret holds", async () => {
    const opened = await openEveryPeer(lab);
    tell.quote(table(opened));
    assert.ok(
      opened.every((each) => each.peer === "opened" && each["API server's keys"] === "none"),
      "a peer's etcd did not open",
    );
  });
  await tell.step("a second pulumi up has nothing to do", async () =>
    succeeded(await stack.up(...QUIET, "--expect-no-changes")),
  );
  if (keep) {
    sayHowToLook(tell, lab, workstation);
    return;
  }
  await tell.step("pulumi destroy", async () => succeeded(await stack.destroy(...QUIET)));
  await tell.step("every cluster is as it was", async () => {
    const after = await Promise.all(lab.clusters.map(snapshot));
    assert.deepEqual(after, before);
    const objects = after.reduce((sum, each) => sum + Object.keys(each).length, 0);
    tell.quote(
      `${String(objects)} objects compared field by field, cilium-config and the agents' DaemonSet among them: no difference`,
    );
  });
}

async function showOutputs(tell: Narrator, stack: PulumiStack): Promise<void> {
  const { clusters, certificates, demo: verdicts, readiness, topology } = await stack.outputs();
  const rows = (value: unknown) => value as readonly Readonly<Record<string, unknown>>[];
  const issued = Object.entries(certificates as object).flatMap(([cluster, list]) =>
    rows(list).map((each) => ({ cluster, ...each })),
  );
  tell.say("\nclusters");
  tell.quote(table(rows(clusters)));
  tell.say("certificates");
  tell.quote(table(issued));
  tell.say("readiness");
  tell.quote(Array.isArray(readiness) ? table(rows(readiness)) : String(readiness));
  tell.say("who may reach protected-db");
  tell.quote(Array.isArray(verdicts) ? table(rows(verdicts)) : String(verdicts));
  tell.say("topology");
  tell.quote(String(topology));
}

async function serveIssued(lab: Lab): Promise<void> {
  for (const cluster of lab.clusters) {
    await serveWithIssuedCertificate(cluster, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
  }
}

function sayHowToLook(tell: Narrator, lab: Lab, workstation: Workstation): void {
  tell.say("\nEverything goes on running. Look around with");
  tell.quote(
    [
      `export KUBECONFIG=${lab.kubeconfig}`,
      `export PATH=${lab.bin.dir}:$PATH`,
      "kubectl --context cluster1 -n kube-system get secret cilium-clustermesh -o yaml",
      `the stack's files are in ${workstation.checkout.dir}`,
      `end it with: npm run lab -- down --name ${LAB}`,
    ].join("\n"),
  );
}
