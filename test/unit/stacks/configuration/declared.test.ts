import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { validateArgs } from "../../../../components";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { toEnvironment } from "../../../../stacks/program/environment";

const ROOT = resolve(__dirname, "..", "..", "..", "..");
const project = z.object({ config: z.record(z.string(), z.looseObject({ default: z.unknown().optional() })) });
const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });

function texts(values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

function environmentOf(values: Readonly<Record<string, unknown>>) {
  const { problems, readable } = readConfiguration(texts(values));
  assert.deepEqual(problems, []);
  assert.ok(readable);
  return toEnvironment(readable, new Date());
}

const clusters = { one: { id: 1, context: "one", etcd: { endpoints: [] }, podCIDRs: [], nodeCIDRs: [] } };

describe("stacks: what Pulumi.yaml declares", () => {
  const { config } = project.parse(parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")));
  const own = Object.entries(config).filter(([key]) => !key.includes(":"));

  it("has the defaults of the code", () => {
    const { role, ...declared } = Object.fromEntries(own.map(([key, { default: value }]) => [key, value]));
    assert.equal(role, "mesh");
    assert.ok(own.length > 10);
    assert.deepEqual(environmentOf({ ...declared, clusters }), environmentOf({ clusters }));
  });
});

describe("stacks: the worked examples", () => {
  const examples = readdirSync(join(ROOT, "stacks")).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

  it("are three", () => {
    assert.deepEqual(examples.sort(), ["Pulumi.local.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"]);
  });

  for (const file of examples) {
    it(`${file} has nothing wrong`, () => {
      const { config } = stackFile.parse(parse(readFileSync(join(ROOT, "stacks", file), "utf8")));
      const values = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.replace("clustermesh:", ""), value]),
      );
      const { environment, problems } = environmentOf(values);
      assert.deepEqual([...problems, ...validateArgs(environment.spec, environment.settings, environment.demo)], []);
    });
  }
});
