import assert from "node:assert/strict";
import type { CiliumMode, LabCluster } from "../../lab";
import { changes } from "../support/events";
import { adoptEtcdAuthorities, localConfig } from "../support/stacks/localStack";
import { succeeded, type PulumiStack } from "../support/stacks/pulumi";
import { modesLab, type ModesLab } from "./support/modesLab";
import { objectsOf } from "./support/mesh";
import { startPolicyTraffic, type Loss, type PolicyTraffic } from "./support/policies";
import { labRouting } from "./support/routing";
import { say, timed } from "./support/say";

const MESHES: readonly (readonly CiliumMode[])[] = [
  ["kvstore", "kvstore"],
  ["apiserver", "kvstore"],
];
/** Pods beside those that speak to each other. */
const MORE = 10;

for (const modes of MESHES) {
  describe(`name and id under policies of every kind: ${modes.join(" and ")}, ${labRouting()} routing`, function () {
    this.timeout("15m");
    let own: ModesLab;
    let clusters: readonly LabCluster[];
    let stack: PulumiStack;
    let traffic: PolicyTraffic;
    let untouched: readonly object[];

    /** What clients on the server's own node lose is a figure, for it is not always nothing: docs/bench/traffic.md. */
    const isMeasured = (way: string): boolean => way.startsWith("near");

    const nothingLost = (what: string, lost: Readonly<Record<string, Loss>>) => {
      const told = Object.entries(lost).map(([way, loss]) => ({ way, ...loss }));
      process.stdout.write(
        `${JSON.stringify({ measured: `${what}, ${modes.join(" and ")}, ${labRouting()}`, told })}\n`,
      );
      say(
        `${what}: ${told.map((each) => `${each.way} ${String(each.lost)}/${String(each.sent)} [${each.at.join(" ")}]`).join(", ")}`,
      );
      const { sent, answered } = traffic.let();
      assert.ok(sent > 0);
      assert.equal(answered, 0, `the denied client was answered ${String(answered)} times of ${String(sent)}`);
      assert.deepEqual(
        told.filter((each) => each.lost > 0 && !isMeasured(each.way)),
        [],
      );
    };

    /** What a run says of this, for who reads the figures. */
    const tell = (text: string) => {
      for (const line of text.split("\n")) {
        if (/policies|identities|restored|set$|roll/.test(line)) say(`  ${line.trim().slice(0, 200)}`);
      }
    };

    before(async function () {
      this.timeout("30m");
      own = await modesLab(modes, { installed: "unmeshed" });
      clusters = own.lab.clusters;
      untouched = await Promise.all(clusters.map(objectsOf));
      traffic = await startPolicyTraffic(clusters[0] ?? assert.fail("no cluster1"), MORE);
      stack = own.workstation.stack("policies");
      await stack.init(await localConfig(clusters));
      await adoptEtcdAuthorities(stack, clusters);
    });

    after(async () => {
      await own.end();
    });

    it("come without a lost connection between nodes, and no denied client is let in", async () => {
      const lost = await traffic.during(async () => {
        const { text } = succeeded(await timed("pulumi up", () => stack.up()));
        tell(text);
        assert.match(text, /policies are there: agents roll first/);
      });
      nothingLost("up", lost);
    });

    it("have nothing to do in a second up", async () => {
      assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
    });

    it("go without a lost connection between nodes, and no denied client is let in", async () => {
      nothingLost(
        "destroy",
        await traffic.during(async () => {
          tell(succeeded(await timed("pulumi destroy", () => stack.destroy())).text);
        }),
      );
    });

    it("leave every object as it was", async () => {
      await traffic.stop();
      assert.deepEqual(await Promise.all(clusters.map(objectsOf)), untouched);
    });
  });
}
