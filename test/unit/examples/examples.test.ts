import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { validateDescription } from "../../../components";
import { findStacks } from "../../../ci/stacks";
import { readConfiguration } from "../../../stacks/configuration/configuration";
import { chartValues, clustersOf, EXAMPLES, EXAMPLES_FOLDER, stackValues } from "../../support/examples/exampleFiles";
import { recordedRendering, valuesDigest } from "../../support/examples/rendered";
import { lines } from "../support/mesh/mesh";
import { mintCA } from "../support/certificates/ca";
import { assertAccepted, previewExample } from "../support/examples/preview";
import { WORLDS } from "../support/examples/worlds";
import { scriptedKubectl } from "../support/kubernetes/scriptedKubectl";
import { texts } from "../support/stacks/configuration";

const ROOT = resolve(__dirname, "..", "..", "..");
const PAGE = readFileSync(join(ROOT, "docs", "guides", "examples.md"), "utf8");

/** Those that keep the name and id of the chart: the program sets them. */
const UNNAMED: ReadonlySet<string> = new Set(["by-hand"]);

const named = z.looseObject({ cluster: z.object({ name: z.string(), id: z.number() }).optional() });

const fields = z.record(z.string(), z.unknown());

/** A value with only those fields that a part of it names. */
function commonPart(whole: unknown, part: unknown): unknown {
  const [all, some] = [fields.safeParse(whole), fields.safeParse(part)];
  if (!all.success || !some.success) return whole;
  return Object.fromEntries(
    Object.entries(some.data).flatMap(([key, each]) =>
      key in all.data ? [[key, commonPart(all.data[key], each)] as const] : [],
    ),
  );
}

/** The settings of an example with the secrets that its page has people set. */
async function withSecrets(example: string): Promise<Readonly<Record<string, unknown>>> {
  const values = stackValues(example);
  if (values["authority"] !== "adopted") return values;
  const clusters = await Promise.all(
    Object.entries(clustersOf(example)).map(async ([name, cluster]) => {
      const etcd = z.looseObject({}).parse(cluster["etcd"]);
      return [name, { ...cluster, etcd: { ...etcd, ca: await mintCA() } }] as const;
    }),
  );
  return { ...values, clusters: Object.fromEntries(clusters) };
}

describe("the examples", () => {
  const kubectl = scriptedKubectl();

  it("are all looked at here, and on their page", () => {
    assert.deepEqual(Object.keys(WORLDS).sort(), EXAMPLES);
    for (const example of EXAMPLES) {
      assert.ok(PAGE.includes(`examples/Pulumi.${example}.yaml`), example);
      for (const file of readdirSync(join(EXAMPLES_FOLDER, example))) {
        const [cluster = ""] = file.split(".");
        const isNamed = PAGE.includes(`../../examples/${example}`) || PAGE.includes(`examples/${example}/${file}`);
        assert.ok(isNamed && (file.endsWith(".sh") || cluster in clustersOf(example)), `${example}/${file}`);
      }
    }
  });

  it("are shown on their page as they are, each with its stack, and no more than is in the files", () => {
    const blocks = [...PAGE.matchAll(/^```yaml\n# (examples\/\S+)\n([\s\S]*?)^```$/gm)];
    for (const [, file = "", text = ""] of blocks) {
      const [whole, part] = [parse(readFileSync(join(ROOT, file), "utf8")), parse(text)] as readonly unknown[];
      assert.deepEqual(commonPart(whole, part), part, file);
    }
    const shown = blocks.map(([, file]) => file);
    for (const example of EXAMPLES) assert.ok(shown.includes(`examples/Pulumi.${example}.yaml`), example);
  });

  it("are no environments of this project", async () => {
    const stacks = await findStacks(ROOT);
    assert.deepEqual(
      stacks.filter((stack) => EXAMPLES.includes(stack)),
      [],
    );
  });

  for (const example of EXAMPLES) {
    describe(example, () => {
      it("has a stack with nothing wrong in it, which gives up no check", async () => {
        const { problems, readable } = readConfiguration(texts(await withSecrets(example)));
        assert.deepEqual(lines(problems), []);
        assert.ok(readable);
        assert.deepEqual(lines(validateDescription(readable, Object.keys(readable.clusters), new Date())), []);
        assert.notEqual(readable.wait.preflight, false);
        assert.deepEqual(readable.allow, UNNAMED.has(example) ? ["overwriteConflicts"] : []);
        assert.equal(readable.demo, false);
      });

      it("gives the schema that editors look for where the file is copied to", () => {
        const [first = ""] = readFileSync(join(EXAMPLES_FOLDER, `Pulumi.${example}.yaml`), "utf8").split("\n");
        const [, schema = ""] = /\$schema=(\S+)$/.exec(first) ?? [];
        assert.ok(existsSync(join(EXAMPLES_FOLDER, schema)) && existsSync(join(ROOT, "stacks", schema)), first);
      });

      for (const [cluster, { id }] of Object.entries(clustersOf(example))) {
        it(`installs Cilium as the stack has it: ${cluster}`, () => {
          const given = chartValues(example, cluster);
          const { values, objects } = recordedRendering(example, cluster);
          assert.equal(
            values,
            valuesDigest(given),
            "record it again: RECORD_EXAMPLES=1, test/workflows/examples.test.ts",
          );
          const own = named.parse(given.values.at(-1)).cluster;
          assert.deepEqual(own, UNNAMED.has(example) ? undefined : { name: cluster, id });
          const { data = {} } = objects.find(({ kind }) => kind === "ConfigMap") ?? {};
          const wanted = UNNAMED.has(example) ? ["default", "0"] : [cluster, String(id)];
          assert.deepEqual([data["cluster-name"], data["cluster-id"]], wanted);
        });
      }

      it("has a first preview with nothing to say against its clusters", async () => {
        const world = WORLDS[example]?.() ?? assert.fail();
        const values = await withSecrets(example);
        const said = await previewExample(kubectl, example, world, { values });
        assertAccepted(said);
        assert.deepEqual(said.unseen, []);
        const contexts = Object.values(clustersOf(example)).map(({ context }) => `--context=${context}`);
        assert.deepEqual([...new Set(kubectl.calls().map(([context = ""]) => context))].sort(), contexts.sort());
      });
    });
  }
});
