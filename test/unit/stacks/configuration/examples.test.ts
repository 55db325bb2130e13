import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
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

/** The least of kvstore mode. */
const KVSTORE = "Pulumi.staging.yaml";

/** What this project comes with. People have stacks of their own beside these, and remove some. */
const SHIPPED = [LAB, "Pulumi.production.yaml", KVSTORE];

/** The one to copy, which is no stack: no pipeline previews it. */
const TEMPLATE = "template.yaml";

function valuesOf(file: string): Readonly<Record<string, unknown>> {
  const { config } = parse(readFileSync(join(FOLDER, file), "utf8")) as { config: Record<string, unknown> };
  assert.ok(Object.keys(config).every((key) => key.startsWith(PREFIX)));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(PREFIX.length), value]));
}

describe("stacks: the examples", () => {
  const files = SHIPPED.filter((file) => existsSync(join(FOLDER, file)));

  for (const file of [...files, TEMPLATE]) {
    it(`have nothing wrong in them: ${file}`, () => {
      const { problems, readable } = readConfiguration(texts(valuesOf(file)));
      assert.deepEqual(lines(problems), []);
      assert.ok(readable);
      assert.deepEqual(lines(validateDescription(readable, Object.keys(readable.clusters), new Date())), []);
    });
  }

  for (const file of [...files.filter((name) => name !== LAB), TEMPLATE]) {
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

  /** The keys of each cluster of a file that has clusters alone. */
  function keysOf(file: string): readonly (readonly string[])[] {
    const { clusters, ...rest } = valuesOf(file);
    assert.deepEqual(rest, {});
    return Object.values(clusters as Readonly<Record<string, object>>).map((cluster) => Object.keys(cluster));
  }

  it("that the pages have copied is the least that a mesh needs, in the mode of most installations", () => {
    for (const page of ["README.md", "docs/guides/first-mesh.md"]) {
      const text = readFileSync(join(FOLDER, "..", page), "utf8");
      const copied = [...text.matchAll(/cp stacks\/(\S+)/g)].map(([, file]) => file);
      assert.deepEqual(copied, [TEMPLATE], page);
    }
    const needed = ["id", "context"];
    assert.deepEqual(keysOf(TEMPLATE), [needed, needed]);
  });

  it("have the least of kvstore mode in another", function () {
    if (!files.includes(KVSTORE)) this.skip();
    const needed = ["id", "context", "etcd", "podCIDRs", "nodeCIDRs"];
    assert.deepEqual(keysOf(KVSTORE), [needed, needed]);
  });
});
