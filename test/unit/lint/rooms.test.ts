import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Linter, type Rule } from "eslint";
import tseslint from "typescript-eslint";

const RULE = pathToFileURL(resolve(__dirname, "..", "..", "..", "lint", "rooms.mjs")).href;

/** A repository with these files, by what they import. */
type Files = Readonly<Record<string, string>>;

const HOUSE: Files = {
  "index.ts": 'import "./stacks";',
  "stacks/index.ts": 'export * from "./program/load";',
  "stacks/program/load.ts": 'import "../../components";',
  "components/index.ts": 'export * from "./upper/a";',
  "components/upper/a.ts": 'import type { B } from "../lower/b"; export type A = B;',
  "components/upper/model/a.ts": 'import { b } from "../../lower/model/b"; export const a = b;',
  "components/lower/b.ts": 'import { b } from "./model/b"; export type B = typeof b;',
  "components/lower/model/b.ts": 'import { z } from "zod"; export const b = z;',
  "policies/pack.ts": 'import "@pulumi/policy"; import "./model/rule"; import "../components/upper/a";',
  "policies/model/rule.ts": 'import { b } from "../../components/lower/model/b"; export const rule = b;',
  "lab/index.ts": 'import "./host/run";',
  "look/status.ts": 'import "./model/text"; import "../stacks"; import "../components/lower/b";',
  "look/model/text.ts": 'import { b } from "../../components/lower/model/b"; export const text = b;',
  "test/a.test.ts":
    'import "../lab"; import "../look/status"; import "../components/lower/b"; import "../stacks/program/load"; import "../index";',
};

describe("lint: rooms", () => {
  let rooms: Rule.RuleModule;
  before(async () => {
    ({ rooms } = (await import(RULE)) as { rooms: Rule.RuleModule });
  });

  /** What is said of the files of a repository, each with its file. */
  function findings(files: Files): readonly string[] {
    const root = mkdtempSync(join(tmpdir(), "clustermesh-rooms-"));
    try {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      const config = [
        {
          files: ["**/*.ts"],
          languageOptions: { parser: tseslint.parser },
          plugins: { house: { rules: { rooms } } },
          rules: { "house/rooms": "error" },
        },
      ] satisfies Linter.Config[];
      return Object.entries(files).flatMap(([file, text]) =>
        new Linter({ cwd: root }).verify(text, config, join(root, file)).map(({ message }) => `${file}: ${message}`),
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  }

  it("take imports that go one way", () => {
    assert.deepEqual(findings(HOUSE), []);
  });

  it("refuse a circle between two rooms at each of its ends, though only types are imported", () => {
    assert.deepEqual(
      findings({ ...HOUSE, "components/lower/c.ts": 'import type { A } from "../upper/a"; export type C = A;' }),
      [
        "components/upper/a.ts: rooms import each other in a circle: components/upper → components/lower → components/upper",
        "components/upper/model/a.ts: rooms import each other in a circle: components/upper → components/lower → components/upper",
        "components/lower/c.ts: rooms import each other in a circle: components/lower → components/upper → components/lower",
      ],
    );
  });

  it("refuse a circle through a third room, whichever way it is imported", () => {
    for (const code of [
      'export * from "../upper/a";',
      'export { A } from "../upper/a";',
      'void import("../upper/a");',
      'type C = import("../upper/a").A;',
    ]) {
      const found = findings({
        ...HOUSE,
        "components/lower/b.ts": 'import "../third/c";',
        "components/third/c.ts": code,
      });
      const circle = "components/third → components/upper → components/lower → components/third";
      assert.ok(found.includes(`components/third/c.ts: rooms import each other in a circle: ${circle}`), code);
    }
  });

  it("refuse a room that imports what lies beside the rooms", () => {
    assert.match(
      findings({ ...HOUSE, "components/upper/c.ts": 'import "../index";' }).join("\n"),
      /components\/upper\/c\.ts: .*circle/,
    );
    assert.match(
      findings({ ...HOUSE, "stacks/program/c.ts": 'import "..";' }).join("\n"),
      /stacks\/program\/c\.ts: .*circle/,
    );
  });

  it("refuse a model/ that imports Pulumi, or what is no model/", () => {
    assert.ok(
      findings({ ...HOUSE, "look/model/c.ts": 'import "../status";' }).includes(
        "look/model/c.ts: a model/ imports nothing outside a model/",
      ),
    );
    const model = "components/upper/model/deep/c.ts";
    assert.deepEqual(findings({ ...HOUSE, [model]: 'import "@pulumi/pulumi";' }), [
      `${model}: a model/ imports nothing of Pulumi`,
    ]);
    for (const target of ["../../a", "../../../lower/b", "../../../index", "../../.."]) {
      const found = findings({ ...HOUSE, [model]: `import "${target}";` });
      assert.ok(found.includes(`${model}: a model/ imports nothing outside a model/`), target);
    }
  });

  it("refuse policies in the program, and in policies all but the library", () => {
    const bad: Files = {
      "components/lower/c.ts": 'import "../../policies/model/rule";',
      "stacks/program/c.ts": 'import "../../policies/pack";',
      "index.ts": 'import "./stacks"; import "./policies/pack";',
      "policies/c.ts": 'import "../stacks/program/load"; import "../lab"; import "../index"; import "../test/a.test";',
      "policies/model/c.ts": 'import "@pulumi/policy"; import "../pack"; import "../../components/lower/b";',
    };
    const found = findings({ ...HOUSE, ...bad });
    assert.deepEqual(
      Object.keys(bad).map((file) => found.filter((each) => each.startsWith(`${file}: `)).length),
      [1, 1, 1, 4, 3],
    );
    assert.ok(found.includes("index.ts: index.ts imports nothing of policies"));
    assert.ok(found.includes("policies/model/c.ts: a model/ imports nothing of Pulumi"));
  });

  it("refuse what runs kubectl outside its own room", () => {
    const files: Files = {
      "components/kubernetes/kubectl.ts": "export const kubectl = 1;",
      "components/kubernetes/kubectlApi.ts": 'export * from "./kubectl";',
      "components/upper/a.ts": 'import "../kubernetes/kubectlApi";',
      "components/upper/b.ts": 'import type { K } from "../kubernetes/kubectl"; export type B = K;',
      "stacks/a.ts": 'import "../components/kubernetes/kubectl";',
      "test/a.test.ts": 'import "../components/kubernetes/kubectl";',
    };
    const why = "only components/kubernetes runs kubectl; import ClusterApi";
    assert.deepEqual(findings(files), [`components/upper/b.ts: ${why}`, `stacks/a.ts: ${why}`]);
  });

  it("refuse the way back, and a lab that does not stand alone", () => {
    const bad: Files = {
      "components/lower/c.ts":
        'import "../../stacks/program/load"; import "../../lab"; import "../../index"; import "../../test/a.test";',
      "stacks/program/c.ts":
        'import "../../lab"; import "../.."; import "../../test/a.test"; import "../../look/status";',
      "components/lower/d.ts": 'import "../../look/status";',
      "index.ts": 'import "./look/status";',
      "look/c.ts": 'import "../lab"; import "../index"; import "../test/a.test";',
      "lab/c.ts":
        'import "../components/lower/b"; import "../stacks"; import "@pulumi/pulumi"; import "../test/a.test"; import "../index";',
    };
    const found = findings({ ...HOUSE, ...bad });
    assert.deepEqual(
      Object.keys(bad).map((file) => found.filter((each) => each.startsWith(`${file}: `)).length),
      [4, 4, 1, 1, 3, 5],
    );
    assert.ok(found.includes("lab/c.ts: lab imports nothing of components"));
  });
});
