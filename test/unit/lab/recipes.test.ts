import assert from "node:assert/strict";
import { goName } from "../../../lab/cache/goBuild";
import { LAB_MODULE } from "../../../lab/cache/goModules";
import { jobsFor, programsOf } from "../../../lab/cache/jobs";
import { goMod, recipeKey, type Toolchain } from "../../../lab/cache/recipeKey";
import type { DebianPackages, GoBuild, GoModule, GoSources, Recipe } from "../../../lab/cache/recipe";
import { RECIPES } from "../../../lab/cache/recipes";
import { isAtLeast } from "../../../lab/cache/toolchain";

const toolchain: Toolchain = { go: "go1.26.8", platform: "linux/x64", distribution: "debian bookworm" };
const build: GoBuild = RECIPES.kubernetes;
const sources: GoSources = RECIPES.cilium;
const packages: DebianPackages = RECIPES.etcd;
const ofModule = (change: Partial<GoModule>): GoBuild => ({ ...build, module: { ...build.module, ...change } });

describe("lab: cache keys of recipes", () => {
  const stub = { "lab.invalid/a": { ".": "package a\n" } };
  const different: readonly (readonly [string, Recipe, Recipe])[] = [
    ["version", build, { ...build, version: "v9.9.9" }],
    ["a required module", build, ofModule({ require: { "k8s.io/kubernetes": "v1.36.4" } })],
    ["a replaced module", build, ofModule({ replace: { ...build.module.replace, "k8s.io/api": "v0.36.4" } })],
    ["a stub", ofModule({ stubs: stub }), ofModule({ stubs: { "lab.invalid/a": { ".": "package b\n" } } })],
    ["a stub's folder", ofModule({ stubs: stub }), ofModule({ stubs: { "lab.invalid/a": { b: "package a\n" } } })],
    ["tags", build, ofModule({ tags: ["other"] })],
    ["linker flags", build, ofModule({ ldflags: [] })],
    ["programs", build, { ...build, programs: build.programs.slice(1) }],
    ["version of sources", sources, { ...sources, version: "v1.20.3" }],
    ["folders", sources, { ...sources, folders: { bpf: "bpf" } }],
    ["packages", packages, { ...packages, packages: ["etcd-server"] }],
  ];
  for (const [what, one, other] of different) {
    it(`change with ${what}`, () => {
      assert.notEqual(recipeKey(one, toolchain), recipeKey(other, toolchain));
    });
  }

  it("change with Go and platform for builds, with the distribution for packages", () => {
    const other: Toolchain = { go: "go1.27.0", platform: "linux/arm64", distribution: "debian trixie" };
    assert.notEqual(recipeKey(build, toolchain), recipeKey(build, { ...toolchain, go: other.go }));
    assert.notEqual(recipeKey(build, toolchain), recipeKey(build, { ...toolchain, platform: other.platform }));
    assert.notEqual(
      recipeKey(packages, toolchain),
      recipeKey(packages, { ...toolchain, distribution: other.distribution }),
    );
    assert.equal(recipeKey(sources, toolchain), recipeKey(sources, other));
  });

  it("stay when only the expected time changes", () => {
    const slower = { ...build, programs: build.programs.map((program) => ({ ...program, minutes: 99 })) };
    assert.equal(recipeKey(build, toolchain), recipeKey(slower, toolchain));
  });

  it("are unique among the lab's recipes", () => {
    const keys = Object.values(RECIPES).map((recipe) => recipeKey(recipe, toolchain));
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe("lab: go.mod of a build", () => {
  const lines = goMod(LAB_MODULE).split("\n");

  it("pins every staging module of Kubernetes to the version that belongs to it", () => {
    const staging = lines.filter((line) => / => k8s\.io\/(?!kube-openapi)/.test(line));
    assert.equal(staging.length, 31);
    for (const line of staging) assert.match(line, /^replace (k8s\.io\/[a-z-]+) => \1 v0\.36\.3$/);
    assert.ok(lines.includes("require k8s.io/kubernetes v1.36.3"));
  });

  it("has a module of our own in the place of one that is not needed", () => {
    const replaced = goMod({ name: "a", require: {}, stubs: { "example.org/b/v2": {} }, ldflags: [] }).split("\n");
    assert.ok(replaced.includes("module lab.invalid/a"));
    assert.ok(replaced.includes("replace example.org/b/v2 => ./stubs/example.org/b/v2"));
  });
});

describe("lab: jobs for recipes", () => {
  it("build programs of one module by one call, the shortest call first, and fetch the rest", () => {
    const { helm, kubernetes, pulumiKubernetes, etcd, cilium } = RECIPES;
    const { builds, fetches } = jobsFor([etcd, kubernetes, pulumiKubernetes, cilium, helm]);
    assert.deepEqual(
      builds.map(({ recipes }) => recipes.map(({ name }) => name)),
      [["pulumi-resource-kubernetes"], ["kubernetes", "helm"]],
    );
    assert.deepEqual(fetches, [etcd, cilium]);
  });

  it("build clustermesh-apiserver by the same call as the rest of Cilium", () => {
    const { ciliumAgent, ciliumApiserver } = RECIPES;
    const [job, ...others] = jobsFor([ciliumAgent, ciliumApiserver]).builds;
    assert.deepEqual([job?.recipes, others], [[ciliumAgent, ciliumApiserver], []]);
    assert.deepEqual(
      ciliumApiserver.programs.map(({ package: path }) => path),
      ["github.com/cilium/cilium/clustermesh-apiserver"],
    );
  });

  it("are none for no recipes", () => {
    assert.deepEqual(jobsFor([]), { builds: [], fetches: [] });
  });

  it("never have two programs of which go would make the same file", () => {
    for (const job of jobsFor(Object.values(RECIPES)).builds) {
      const names = programsOf(job).map(goName);
      assert.equal(new Set(names).size, names.length, names.join(", "));
    }
  });
});

describe("lab: versions", () => {
  for (const [version, least, expected] of [
    ["go1.26.8", "1.26.0", true],
    ["go1.26", "1.26.0", true],
    ["go1.9.2", "1.26.0", false],
    ["v3.248.0", "3.248.0", true],
    ["v3.1000.0", "3.248.0", true],
    ["v3.247.9", "3.248.0", false],
    ["3.4.23-4+b4", "3.4", true],
    ["3.3.25+dfsg-6", "3.4", false],
  ] as const) {
    it(`${version} is ${expected ? "at least" : "older than"} ${least}`, () => {
      assert.equal(isAtLeast(version, least), expected);
    });
  }
});
