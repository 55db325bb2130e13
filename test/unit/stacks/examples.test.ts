import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { validateArgs } from "../../../components";
import { readConfiguration } from "../../../stacks/configuration";
import { toEnvironment } from "../../../stacks/environment";
import { texts } from "../support/configuration";
import { lines } from "../support/mesh";

const FOLDER = join(__dirname, "..", "..", "..", "stacks");
const PREFIX = "clustermesh:";

describe("stacks: the examples", () => {
  const files = readdirSync(FOLDER).filter((name) => /^Pulumi\..*\.yaml$/.test(name));

  it("are there", () => {
    assert.deepEqual([...files].sort(), ["Pulumi.local.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"]);
  });

  for (const file of files) {
    it(`have nothing wrong in them: ${file}`, () => {
      const { config } = parse(readFileSync(join(FOLDER, file), "utf8")) as { config: Record<string, unknown> };
      assert.ok(Object.keys(config).every((key) => key.startsWith(PREFIX)));
      const values = Object.entries(config).map(([key, value]) => [key.slice(PREFIX.length), value] as const);
      const { problems, readable } = readConfiguration(texts(Object.fromEntries(values)));
      assert.deepEqual(lines(problems), []);
      assert.ok(readable);
      const { environment, problems: more } = toEnvironment(readable, new Date());
      assert.deepEqual(lines(more), []);
      assert.deepEqual(lines(validateArgs(environment.spec, environment.settings, environment.demo)), []);
    });
  }
});
