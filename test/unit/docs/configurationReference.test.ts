import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { referenceFiles } from "../../../build/reference/files";
import { allSettings, SCHEMAS } from "../../../build/reference/settings";
import { editorSchema } from "../../../build/reference/editorSchema";

const ROOT = join(__dirname, "..", "..", "..");

/** What this project comes with: stacks of people's own may have any role, and values of which an editor sees the encrypted form alone. */
const FILES = [
  ...["local", "production", "staging"].map((stack) => `stacks/Pulumi.${stack}.yaml`),
  "stacks/template.yaml",
  ...readdirSync(join(ROOT, "examples"))
    .filter((name) => /^Pulumi\..+\.yaml$/.test(name))
    .map((name) => `examples/${name}`),
].filter((file) => existsSync(join(ROOT, file)));

/** Checks a stack's configuration as an editor does. */
function check(role: keyof typeof SCHEMAS, config: unknown): z.ZodSafeParseResult<unknown> {
  const { $defs } = editorSchema();
  return z.fromJSONSchema({ ...$defs?.[role], type: "object" }).safeParse(config);
}

const configOf = (file: string): unknown =>
  (parse(readFileSync(join(ROOT, file), "utf8")) as { readonly config: unknown }).config;

describe("the reference of the configuration", () => {
  it("is what npm run docs writes", async () => {
    for (const [path, text] of Object.entries(await referenceFiles())) {
      assert.equal(readFileSync(join(ROOT, path), "utf8"), text, `${path} is out of date: npm run docs`);
    }
  });

  it("has the settings of every role, once", () => {
    const keys = allSettings().map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    for (const { properties = {} } of Object.values(SCHEMAS)) {
      for (const name of Object.keys(properties)) {
        assert.ok(
          keys.some((key) => key === name || key.startsWith(`${name}.`)),
          name,
        );
      }
    }
  });

  it("has no more settings than a user can know, each a value and no group", () => {
    const keys = allSettings().map(({ key }) => key);
    assert.ok(keys.length <= 42, keys.join());
    const groups = keys.filter((key) => key !== "demo" && keys.some((other) => other.startsWith(`${key}.`)));
    assert.deepEqual(groups, []);
  });

  it("has a stack for every setting, and one alone for what is of a cluster", () => {
    const homeless = allSettings().filter(({ stacks }) => stacks.length === 0);
    assert.deepEqual(homeless, []);
    const ofClusters = allSettings().filter(({ key }) => key.startsWith("clusters."));
    assert.ok(ofClusters.every(({ stacks }) => stacks.length === 1));
    const own = ofClusters.filter(({ stacks }) => stacks.includes("cluster")).map(({ key }) => key.split(".").at(-1));
    assert.deepEqual(own, ["reads", "context", "kubeconfig"]);
  });
});

describe("the editors' schema of stack files", () => {
  const cluster = { id: 1, etcd: { endpoints: [] }, podCIDRs: [], nodeCIDRs: [] };

  for (const file of FILES) {
    it(`takes ${file}`, () => {
      const { error } = check("mesh", configOf(file));
      assert.equal(error, undefined);
    });
  }

  it("takes a secret as text and encrypted", () => {
    for (const privateKey of ["PEM", { secure: "v1:abc" }]) {
      const { success } = check("mesh", {
        "clustermesh:clusters": {},
        "clustermesh:ca": { certificate: "PEM", privateKey },
      });
      assert.ok(success);
    }
  });

  it("takes numbers and booleans as pulumi config set leaves them", () => {
    const texts = {
      "clustermesh:maxConnectedClusters": "511",
      "clustermesh:demo": "true",
      "clustermesh:requireExternalPeers": "false",
    };
    assert.equal(check("mesh", { "clustermesh:clusters": {}, ...texts }).error, undefined);
    assert.equal(
      check("mesh", { "clustermesh:clusters": {}, "clustermesh:maxConnectedClusters": "many" }).success,
      false,
    );
  });

  it("refuses what the program refuses", () => {
    const refused: readonly (readonly [keyof typeof SCHEMAS, object])[] = [
      ["mesh", {}],
      ["mesh", { "clustermesh:clusters": { a: { ...cluster, id: undefined } } }],
      ["authority", { "clustermesh:clusters": { a: { ...cluster, podCIDRs: undefined } } }],
      ["mesh", { "clustermesh:clusters": { a: { ...cluster, podCidrs: [] } } }],
      ["mesh", { "clustermesh:clusters": {}, "clustermesh:allow": ["ignore"] }],
      ["authority", { "clustermesh:clusters": { a: { ...cluster, context: "a" } } }],
      ["cluster", { "clustermesh:clusters": { a: { context: "a" } } }],
    ];
    for (const [role, config] of refused) assert.equal(check(role, config).success, false, JSON.stringify(config));
  });
});
