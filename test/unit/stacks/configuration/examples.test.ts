import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { validateDescription } from "../../../../components";
import { readConfiguration } from "../../../../stacks/configuration/configuration";
import { LOCAL_DEFAULTS } from "../../../../stacks/configuration/schema";
import { lines } from "../../support/mesh/mesh";
import { texts } from "../../support/stacks/configuration";

const FOLDER = join(__dirname, "..", "..", "..", "..", "stacks");
const PREFIX = "clustermesh:";

/** The lab's own, which nobody copies. */
const LAB = "Pulumi.local.yaml";

function valuesOf(file: string): Readonly<Record<string, unknown>> {
  const { config } = parse(readFileSync(join(FOLDER, file), "utf8")) as { config: Record<string, unknown> };
  assert.ok(Object.keys(config).every((key) => key.startsWith(PREFIX)));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(PREFIX.length), value]));
}

describe("stacks: the examples", () => {
  const files = readdirSync(FOLDER).filter((name) => /^Pulumi\..*\.yaml$/.test(name));

  it("are there", () => {
    assert.deepEqual([...files].sort(), ["Pulumi.local.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"]);
  });

  for (const file of files) {
    it(`have nothing wrong in them: ${file}`, () => {
      const { problems, readable } = readConfiguration(texts(valuesOf(file)));
      assert.deepEqual(lines(problems), []);
      assert.ok(readable);
      assert.deepEqual(lines(validateDescription(readable, Object.keys(readable.clusters), new Date())), []);
    });
  }

  for (const file of files.filter((name) => name !== LAB)) {
    it(`deploy no demo, and give up no check: ${file}`, () => {
      const { readable } = readConfiguration(texts(valuesOf(file)));
      const { demo, ...guards } = LOCAL_DEFAULTS;
      assert.equal(demo, false);
      const wait = { ...guards.wait, check: readable?.wait.check };
      const given = Object.fromEntries(Object.keys(guards).map((key) => [key, readable?.[key as keyof typeof guards]]));
      assert.notEqual(wait.check, false);
      assert.deepEqual([readable?.demo, given], [false, { ...guards, wait }]);
    });
  }

  it("that the README has copied is the least that a mesh needs", () => {
    const readme = readFileSync(join(FOLDER, "..", "README.md"), "utf8");
    const copied = [...readme.matchAll(/cp stacks\/(Pulumi\.\S+\.yaml)/g)].map(([, file = ""]) => file);
    assert.ok(copied.length > 0);
    for (const file of copied) {
      const { clusters, ...rest } = valuesOf(file);
      assert.deepEqual(rest, {});
      const needed = ["id", "context", "etcd", "podCIDRs", "nodeCIDRs"];
      const each = Object.values(clusters as Readonly<Record<string, object>>);
      assert.equal(each.length, 2);
      each.forEach((cluster) => {
        assert.deepEqual(Object.keys(cluster), needed);
      });
    }
  });
});
