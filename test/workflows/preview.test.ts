import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { previewStack } from "../../ci/previewStack";
import { tools } from "../../lab";
import { installPlugins } from "../plugins/install";
import { describePlugins } from "../plugins/pluginReport";

const ROOT = resolve(__dirname, "..", "..");

function stacks(): readonly string[] {
  return readdirSync(join(ROOT, "stacks")).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
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
      const { outcome, text, conditions } = await previewStack(stack, ROOT, env);
      assert.equal(outcome, "succeeded", text);
      assert.match(conditions, /^on paper/);
      assert.match(text, /kubernetes:core\/v1:Secret: \(create\)/);
      assert.match(text, /^Resources:\n +\+ \d+ to create$/m);
      assert.equal(files(), before);
    });
  }
});
