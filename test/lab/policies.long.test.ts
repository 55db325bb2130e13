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

interface Case {
  readonly modes: readonly [CiliumMode, CiliumMode];
  /** Of the first cluster, whose pods speak to each other. */
  readonly nodes: number;
}

const CASES: readonly Case[] = [
  { modes: ["kvstore", "kvstore"], nodes: 2 },
  { modes: ["apiserver", "kvstore"], nodes: 2 },
  { modes: ["kvstore", "kvstore"], nodes: 4 },
  { modes: ["apiserver", "kvstore"], nodes: 4 },
];
/** Pods beside those that speak to each other: with them the cluster has 50 identities. */
const MORE = 42;
/** How often the mesh comes and goes. */
const RUNS = Number(process.env["POLICY_RUNS"] ?? "1");

for (const { modes, nodes } of CASES) {
  const name = `${modes.join(" and ")}, ${String(nodes)} nodes, ${labRouting()} routing`;
  describe(`name and id under policies of every kind: ${name}`, function () {
    this.timeout("15m");
    let own: ModesLab;
    let clusters: readonly LabCluster[];
    let stack: PulumiStack;
    let traffic: PolicyTraffic;
    let untouched: readonly object[];

    /**
     * What the first pod of a workload loses is a figure: nobody can know its identity before it has it, and agents that restore their own pods at that
     * time learn of it when they have.
     */
    const isMeasured = (way: string): boolean => way.startsWith("new");

    const nothingLost = (what: string, lost: Readonly<Record<string, Loss>>) => {
      const told = Object.entries(lost).map(([way, loss]) => ({ way, ...loss }));
      process.stdout.write(`${JSON.stringify({ measured: `${what}, ${name}`, told })}\n`);
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
      own = await modesLab(modes, { installed: "unmeshed", nodes: [nodes, 1] });
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

    for (let run = 1; run <= RUNS; run++) comeAndGo(RUNS === 1 ? "" : ` (run ${String(run)} of ${String(RUNS)})`);

    it("leave every object as it was", async () => {
      await traffic.stop();
      assert.deepEqual(await Promise.all(clusters.map(objectsOf)), untouched);
    });

    function comeAndGo(run: string): void {
      it(`come without a lost connection, and no denied client is let in${run}`, async () => {
        const lost = await traffic.during(async () => {
          const { text } = succeeded(await timed("pulumi up", () => stack.up()));
          tell(text);
          assert.match(text, /policies are there: agents roll first/);
        });
        nothingLost("up", lost);
      });

      it(`have nothing to do in a second up${run}`, async () => {
        assert.deepEqual(changes(succeeded(await stack.up("--expect-no-changes")).steps), []);
      });

      it(`go without a lost connection, and no denied client is let in${run}`, async () => {
        nothingLost(
          "destroy",
          await traffic.during(async () => {
            tell(succeeded(await timed("pulumi destroy", () => stack.destroy())).text);
          }),
        );
      });
    }
  });
}
