import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { previewComment } from "../../ci/model/comment";
import { summarize } from "../../ci/model/summary";
import { previewStack } from "../../ci/previewStack";
import { tools } from "../../lab";
import { installPlugins } from "../plugins/install";
import { describePlugins } from "../plugins/pluginReport";

const ROOT = resolve(__dirname, "..", "..");

function stacks(): readonly string[] {
  return readdirSync(join(ROOT, "stacks")).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

const stackFile = z.object({ config: z.object({ "clustermesh:clusters": z.record(z.string(), z.unknown()) }) });

function clustersOf(stack: string): readonly string[] {
  const text = readFileSync(join(ROOT, "stacks", `Pulumi.${stack}.yaml`), "utf8");
  return Object.keys(stackFile.parse(parse(text)).config["clustermesh:clusters"]).sort();
}

describe("the preview of a fork's pull request", function () {
  this.timeout(120_000);
  let home = "";
  let env: NodeJS.ProcessEnv = {};

  before(async function () {
    this.timeout(0);
    const { dir, pulumi } = await tools(console.log);
    home = await mkdtemp(join(tmpdir(), "clustermesh-home-"));
    console.log(describePlugins(await installPlugins(home, { pulumi, log: console.log })));
    env = { PATH: `${dir}:${process.env["PATH"] ?? ""}`, HOME: home, PULUMI_HOME: home };
  });
  after(() => rm(home, { recursive: true, force: true }));

  it("has stacks to preview", () => {
    assert.ok(stacks().length > 0, "stacks/ has no Pulumi.<env>.yaml");
  });

  for (const stack of stacks()) {
    it(`shows the whole mesh of ${stack} without credentials, clusters or a trace in the working tree`, async () => {
      const files = () => readdirSync(join(ROOT, "stacks")).join();
      const before = files();
      const preview = await previewStack(stack, ROOT, env);
      const { clusters, certificates } = summarize(preview);
      assert.equal(preview.outcome, "succeeded", JSON.stringify(preview.findings));
      assert.match(preview.conditions, /^on paper/);
      assert.deepEqual(
        clusters.map(({ cluster, kind }) => [cluster, kind]),
        clustersOf(stack).map((cluster) => [cluster, "joins"]),
      );
      const comment = previewComment([stack], [preview], "c");
      assert.equal(
        comment.match(/ \*\*joins\*\*; its agents roll .*\(how many is not known\)/g)?.length,
        clusters.length,
      );
      assert.ok(certificates.made.length >= clusters.length);
      assert.ok(preview.steps.some(({ op, type }) => op === "create" && type === "kubernetes:core/v1:Secret"));
      assert.equal(files(), before);
    });
  }
});
