import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ResourceValidationArgs } from "@pulumi/policy";
import { DEFAULT_SETTINGS } from "../../../components";
import { policies } from "../../../policies/policies";
import { meshResource } from "../support/policies";

const ROOT = resolve(__dirname, "..", "..", "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** What the SDK hands to a policy. */
function argumentsOf(type: string, props: object, config: object = {}): ResourceValidationArgs {
  const { urn, name, provider } = meshResource(type, props);
  const given = provider === undefined ? {} : { provider: { ...provider, type: "pulumi:providers:kubernetes" } };
  const opts = { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] };
  const customTimeouts = { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 };
  return {
    ...{ urn, type, name, props, ...given, opts: { ...opts, customTimeouts }, stackTags: new Map<string, string>() },
    isType: () => false,
    asType: () => undefined,
    getConfig: () => config as never,
    notApplicable: () => assert.fail(),
  };
}

/** What is reported by which policy. */
async function reported(args: ResourceValidationArgs): Promise<readonly string[]> {
  const all: string[] = [];
  for (const { name, validateResource } of policies) {
    if (typeof validateResource !== "function") throw new Error(`${name} validates nothing`);
    await validateResource(args, (line) => all.push(`${name}: ${line}`));
  }
  return all;
}

describe("policies: the pack", () => {
  it("reports each violation of its rules, by the configuration of each", async () => {
    const secret = { metadata: { namespace: "team" }, immutable: true };
    const lines = await reported(argumentsOf("kubernetes:core/v1:Secret", secret));
    assert.deepEqual(
      lines.map((line) => line.split(":")[0]),
      ["namespaces", "mutable-secret"],
    );
    const all = await reported(
      argumentsOf("kubernetes:core/v1:Secret", { ...secret, immutable: false }, { resources: "all" }),
    );
    assert.deepEqual(all, [lines[0]]);
  });

  it("sees providers", async () => {
    const args = argumentsOf("kubernetes:core/v1:Secret", { metadata: { namespace: "kube-system" } });
    assert.deepEqual(await reported(args), []);
    const provider = {
      type: "pulumi:providers:kubernetes",
      name: "west",
      urn: "urn:pulumi:s::p::pulumi:providers:kubernetes::west",
      props: {},
    };
    assert.equal((await reported({ ...args, provider })).length, 3);
  });

  it("has a schema for what can be configured, with the defaults of the settings", () => {
    const schemas = Object.fromEntries(
      policies.map(({ name, configSchema }) => [name, configSchema?.properties ?? {}]),
    );
    const { authorityDays, leafDays } = DEFAULT_SETTINGS.certificates;
    const defaultOf = (rule: string, property: string) => schemas[rule]?.[property]?.default;
    assert.equal(defaultOf("certificate-lifetime", "authorityDays"), authorityDays);
    assert.equal(defaultOf("certificate-lifetime", "leafDays"), leafDays);
    assert.deepEqual(defaultOf("namespaces", "secrets"), [DEFAULT_SETTINGS.cilium.namespace]);
    for (const [name, properties] of Object.entries(schemas)) {
      assert.deepEqual(properties["resources"]?.enum, ["mesh", "all"], name);
    }
  });

  it("is described in its guide, with all that can be configured", () => {
    const guide = read("docs/guides/policies.md");
    for (const { name, configSchema } of policies) {
      assert.ok(guide.includes(`\`${name}\``), name);
      for (const property of Object.keys(configSchema?.properties ?? {}))
        assert.ok(guide.includes(`\`${property}\``), property);
    }
  });

  it("has the version of the project", () => {
    const version = (path: string) => (JSON.parse(read(path)) as { readonly version: string }).version;
    assert.equal(version("policies/package.json"), version("package.json"));
  });

  it("is nothing that the program loads", () => {
    assert.ok(read("dist/policies.cjs").includes("@pulumi/policy"));
    assert.ok(!read("dist/program.cjs").includes("@pulumi/policy"));
  });
});
