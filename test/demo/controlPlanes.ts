import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Lab } from "../../lab";
import { serveWithIssuedCertificate } from "../support/etcdUsers/etcdServer";
import { snapshot } from "../support/kubernetes/snapshot";
import { localConfig } from "../support/stacks/localStack";
import { WITHOUT_NODES } from "../support/stacks/meshConfig";
import { succeeded, type Workstation } from "../support/stacks/pulumi";
import { table } from "../support/table";
import { QUIET, steadyLines, type Narrator } from "./narrator";
import { openEveryPeer } from "./openPeers";
import { CLUSTERS, type Shown, showOutputs } from "./show";

const OUTPUTS: readonly Shown[] = [
  CLUSTERS,
  { output: "certificates", title: "certificates", columns: ["cluster", "subject", "issuer", "expires"] },
  { output: "readiness", title: "readiness" },
  {
    output: "demo",
    title: "who may reach protected-db, before and after the policy",
    columns: ["client", "path", "expectedBefore", "expectedAfter"],
  },
  { output: "topology", title: "topology" },
];

/** Two real control planes without nodes, one mesh: up, looked at, opened, taken down, and everything as before. */
export async function meshControlPlanes(
  tell: Narrator,
  lab: Lab,
  workstation: Workstation,
  keep: boolean,
): Promise<void> {
  const stack = workstation.stack("local", steadyLines(tell.quote));
  const before = await Promise.all(lab.clusters.map(snapshot));
  await stack.init({ ...(await localConfig(lab.clusters)), ...WITHOUT_NODES, demo: true });

  await tell.step("pulumi up", async () => succeeded(await stack.up(...QUIET)));
  await showOutputs(tell, stack, OUTPUTS);
  await tell.step("every cluster's etcd takes its certificate from its Secret", async () => {
    for (const cluster of lab.clusters) {
      await serveWithIssuedCertificate(cluster, await readFile(cluster.ciliumEtcd.caFile, "utf8"));
    }
  });
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
  if (keep) return;
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
