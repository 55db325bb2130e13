import assert from "node:assert/strict";
import type { CiliumMode, LabCluster } from "../../lab";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { makeIdentities, removeIdentities } from "./support/cilium/manyIdentities";
import { modesLab, type ModesLab } from "./support/modesLab";
import { startPolicyTraffic, type PolicyTraffic } from "./support/policies";
import { say, timed } from "./support/say";

const MODES: readonly CiliumMode[] = ["kvstore", "apiserver"];
/** Beside those of pods. A large cluster has 10,000, which takes its time: with so many the figures of docs/bench were measured. */
const IDENTITIES = Number(process.env["IDENTITIES"] ?? "1000");
const UNMESHED = { name: "default", id: 0 };

for (const mode of MODES) {
  describe(`name and id under policies, with ${String(IDENTITIES)} identities: ${mode}`, function () {
    this.timeout("45m");
    let own: ModesLab;
    let cluster: LabCluster;
    let stack: PulumiStack;
    let traffic: PolicyTraffic;

    before(async function () {
      this.timeout("30m");
      own = await modesLab([mode, "kvstore"], { installed: "unmeshed", nodes: [2, 1] });
      cluster = own.lab.clusters[0] ?? assert.fail("no cluster1");
      await timed("identities made", () => makeIdentities(own.lab.bin.etcdctl, cluster, IDENTITIES, UNMESHED));
      traffic = await startPolicyTraffic(cluster);
      stack = own.workstation.stack("many");
      await stack.init({ ...(await localConfig(own.lab.clusters)), demo: false });
      await adoptEtcdAuthorities(stack, own.lab.clusters);
    });

    after(async () => {
      await traffic.stop();
      await own.end();
    });

    async function losesNothing(what: string, work: () => Promise<{ readonly text: string }>): Promise<void> {
      let text = "";
      const lost = await traffic.during(async () => {
        ({ text } = await timed(`pulumi ${what}`, work));
      });
      const said = text.split("\n").filter((line) => /identities/.test(line));
      for (const line of said) say(`  ${line.trim().slice(0, 200)}`);
      const told = Object.entries(lost).map(([way, loss]) => ({ way, ...loss }));
      process.stdout.write(
        `${JSON.stringify({ measured: `${what}, ${String(IDENTITIES)} identities, ${mode}`, told })}\n`,
      );
      // The first pod of a workload is told, not judged, as in policies.long.test.ts.
      assert.deepEqual(
        told.filter((each) => each.lost > 0 && !each.way.startsWith("new")),
        [],
      );
      assert.equal(traffic.let().answered, 0);
      assert.match(said.join("\n"), new RegExp(`\\b${String(IDENTITIES).slice(0, 1)}\\d{3,} identities are made`));
    }

    it("come without a lost connection", () => losesNothing("up", async () => succeeded(await stack.up())));

    it("go without a lost connection", async () => {
      const { etcdctl } = own.lab.bin;
      // By then pods have those of the mesh, and the operator has removed the others.
      await makeIdentities(etcdctl, cluster, IDENTITIES, { name: cluster.name, id: cluster.id });
      await removeIdentities(etcdctl, cluster, IDENTITIES, UNMESHED);
      await losesNothing("destroy", async () => succeeded(await stack.destroy()));
    });
  });
}
