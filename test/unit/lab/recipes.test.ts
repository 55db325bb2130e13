import assert from "node:assert/strict";
import { goMod, recipeKey, type Toolchain } from "../../../lab/cache/recipeKey";
import type { DebianPackages, GoBuild, GoSources, Recipe } from "../../../lab/cache/recipe";
import { RECIPES } from "../../../lab/cache/recipes";
import { isAtLeast } from "../../../lab/cache/toolchain";

const toolchain: Toolchain = { go: "go1.26.8", platform: "linux/x64", distribution: "debian bookworm" };
const build: GoBuild = RECIPES.kubernetes;
const sources: GoSources = RECIPES.cilium;
const packages: DebianPackages = RECIPES.etcd;

describe("lab: cache keys of recipes", () => {
  const different: readonly (readonly [string, Recipe, Recipe])[] = [
    ["version", build, { ...build, version: "v9.9.9" }],
    ["a required module", build, { ...build, require: { "k8s.io/kubernetes": "v1.36.4" } }],
    ["a replaced module", build, { ...build, replace: { ...build.replace, "k8s.io/api": "v0.36.4" } }],
    ["linker flags", build, { ...build, ldflags: [] }],
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
  it("pins every staging module of Kubernetes to the version that belongs to it", () => {
    const replaced = goMod(build)
      .split("\n")
      .filter((line) => line.startsWith("replace "));
    assert.equal(replaced.length, 31);
    for (const line of replaced) assert.match(line, /^replace (k8s\.io\/[a-z-]+) => \1 v0\.36\.3$/);
    assert.match(goMod(build), /^require k8s\.io\/kubernetes v1\.36\.3$/m);
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
