import assert from "node:assert/strict";
import type { LabCluster } from "../../lab";
import { agentUids } from "../support/cilium/agents";
import { makeTrafficPods } from "../support/cilium/crossNodeTraffic";
import { localConfig } from "../support/stacks/localStack";
import { succeeded } from "../support/stacks/pulumi";
import { skip } from "../support/skip";
import { table } from "../support/table";
import { ciliumCli, clustermesh, NO_CLI } from "./support/ciliumCli/run";
import { acrossNodes, during } from "./support/demo/traffic";
import { objectsOf } from "./support/mesh";
import { modesLab, type ModesLab } from "./support/modesLab";
import { CLI_LAB } from "./support/nodeLab";
import { meshReady } from "./support/peers/peers";
import { say } from "./support/say";

type Objects = Readonly<Record<string, unknown>>;

/** What one way to mesh clusters came to. */
type Figures = {
  readonly way: string;
  readonly what: string;
  readonly seconds: string;
  readonly "helm upgrades": number;
  readonly "agents restarted": boolean;
  readonly lost: string;
};

const seconds = (since: number): string => ((Date.now() - since) / 1000).toFixed(1);

/** How often Helm has installed or upgraded Cilium in these clusters. */
async function revisions(clusters: readonly LabCluster[]): Promise<number> {
  const list = ["--namespace=kube-system", "get", "secrets", "--selector=owner=helm,name=cilium", "--output=name"];
  const found = await Promise.all(clusters.map(({ run }) => run(list)));
  return found.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== "")).length;
}

/** Objects that are there, gone or otherwise than before; without Helm's own, of which each upgrade adds one. */
function differences(before: Objects, after: Objects): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !key.includes("sh.helm"));
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).sort();
}

/** Cilium's own way to mesh clusters beside that of this program. Figures are told, and kept in docs/bench by hand. */
describe("cilium clustermesh connect beside pulumi up, on two plain Helm installs with KVStoreMesh", function () {
  this.timeout("8m");
  let cli: string;
  let own: ModesLab | undefined;
  let clusters: readonly LabCluster[] = [];
  let untouched: readonly Objects[] = [];
  const figures: Figures[] = [];

  async function measured(way: string, what: string, work: () => Promise<unknown>): Promise<void> {
    const [first = assert.fail("no cluster1")] = clusters;
    const [helm, agents] = [await revisions(clusters), await Promise.all(clusters.map(agentUids))];
    const begin = Date.now();
    const { result, traffic } = await during(`${way}, ${what}`, acrossNodes(first), async () => {
      await work();
      return seconds(begin);
    });
    figures.push({
      way,
      what,
      seconds: result,
      "helm upgrades": (await revisions(clusters)) - helm,
      "agents restarted": JSON.stringify(await Promise.all(clusters.map(agentUids))) !== JSON.stringify(agents),
      lost: `${traffic.lost} of ${traffic.sent}`,
    });
  }

  /** How every object differs from before. */
  async function tellDifferences(way: string): Promise<readonly string[]> {
    const now = (await Promise.all(clusters.map(objectsOf))) as readonly Objects[];
    const found = now.flatMap((after, index) =>
      differences(untouched[index] ?? {}, after).map((key) => `${clusters[index]?.name ?? ""} ${key}`),
    );
    say(`${way}: ${found.length} objects otherwise than before: ${found.join(", ")}`);
    return found;
  }

  before(async function () {
    this.timeout("30m");
    const found = ciliumCli();
    if (found === undefined) skip(this, NO_CLI);
    cli = found;
    own = await modesLab(["kvstoremesh", "kvstoremesh"], { name: CLI_LAB });
    clusters = own.lab.clusters;
    await makeTrafficPods(clusters[0] ?? assert.fail("no cluster1"));
    untouched = (await Promise.all(clusters.map(objectsOf))) as readonly Objects[];
  });

  after(async () => {
    if (figures.length > 0) say(`\n${table(figures)}`);
    await own?.end();
  });

  it("is pulumi up and destroy", async () => {
    const stack = own?.workstation.stack("beside") ?? assert.fail("no workstation");
    await stack.init({ ...(await localConfig(clusters)), demo: false });
    await measured("pulumi", "up", async () => {
      succeeded(await stack.up());
      await meshReady(clusters);
    });
    await measured("pulumi", "destroy", async () => succeeded(await stack.destroy()));
    assert.deepEqual(await tellDifferences("pulumi"), []);
  });

  it("is cilium clustermesh connect and disconnect", async () => {
    const [first = assert.fail(), second = assert.fail()] = clusters;
    const to = `--destination-context=${second.context}`;
    const refused = await clustermesh(cli, first, ["connect", to]);
    say(`connect without a flag: exit ${refused.code}: ${refused.text.trim().split("\n").at(-1) ?? ""}`);
    await measured("cilium", "connect", async () => {
      const { code, text } = await clustermesh(cli, first, ["connect", to, "--allow-mismatching-ca"]);
      assert.equal(code, 0, text);
      await meshReady(clusters, 240);
    });
    await measured("cilium", "disconnect", async () => {
      const { code, text } = await clustermesh(cli, first, ["disconnect", to]);
      assert.equal(code, 0, text);
    });
    await tellDifferences("cilium");
  });
});
