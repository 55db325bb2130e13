import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { join, resolve } from "node:path";
import { COMMAND_LINE } from "../../../components/command/commandLine";
import { ensureBuilt } from "../../support/command/built";
import { testFolder } from "../../support/testFolder";

const ROOT = resolve(__dirname, "..", "..", "..");

describe("what is built", () => {
  const folder = testFolder();

  beforeEach(() => {
    ensureBuilt();
    const files = ["package.json", "index.ts", "start.cjs", "tsconfig.json"];
    for (const part of [...files, "build", "dist", "components", "stacks", "policies"]) {
      cpSync(join(ROOT, part), join(folder(), part), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder(), "node_modules"));
  });

  const node = (...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, args, { cwd: folder(), encoding: "utf8", env: { PATH: process.env["PATH"] } });
  /** A command that has no input: the first thing that it says once it runs. */
  const command = (script = "cluster") => node(...COMMAND_LINE, "components/command/run.cjs", script, "record");
  const RAN = /expected object, received null/;
  const program = () => node("-e", 'process.stdout.write(typeof require("./start.cjs"))');

  const refuses = (line: RegExp) => {
    for (const { status, stderr, stdout } of [command(), program()]) {
      assert.notEqual(status, 0, stdout);
      assert.match(stderr, line);
      assert.doesNotMatch(stderr, RAN);
    }
  };

  it("is loaded by the program and by the commands", () => {
    assert.equal(program().stdout, "function");
    assert.match(command().stderr, RAN);
  });

  it("is not run when the sources have changed since, and is when it was built again", () => {
    const file = join(folder(), "components", "kubernetes", "kubectl.ts");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n// another line\n`);
    refuses(/the sources have changed since dist\/(cluster|program)\.cjs was built; run "npm run build"/);
    assert.equal(node("build/build.mjs", "--if-needed").status, 0);
    assert.match(command().stderr, RAN);
  });

  it("is not run when a file is empty or cut short", () => {
    for (const name of ["cluster.cjs", "program.cjs"]) truncateSync(join(folder(), "dist", name), 1000);
    refuses(/dist\/(cluster|program)\.cjs is not whole; run "npm run build"/);
    for (const name of ["cluster.cjs", "program.cjs"]) truncateSync(join(folder(), "dist", name), 0);
    refuses(/is not whole/);
  });

  it("is not run when it is not there", () => {
    rmSync(join(folder(), "dist"), { recursive: true });
    refuses(/dist\/manifest\.json cannot be read \(ENOENT\); run "npm run build"/);
  });

  it("is not run by a manifest that is cut, or of another kind, and is after a build", () => {
    const manifest = join(folder(), "dist", "manifest.json");
    for (const text of [readFileSync(manifest, "utf8").slice(0, 90), "null", '{"sources":"","files":null}']) {
      writeFileSync(manifest, text);
      refuses(/dist\/manifest\.json is not whole; run "npm run build"/);
    }
    assert.equal(node("build/build.mjs", "--if-needed").status, 0);
    assert.match(command().stderr, RAN);
  });

  it("is built where one of its files is missing or not whole, though the sources have not changed", () => {
    const file = join(folder(), "dist", "cluster.cjs");
    for (const spoil of [rmSync, truncateSync]) {
      spoil(file);
      assert.equal(node("build/build.mjs", "--if-needed").status, 0);
      assert.match(command().stderr, RAN);
    }
  });

  it("is built again when what it is built by has changed", () => {
    for (const name of ["build/build.mjs", "tsconfig.json"]) {
      const file = join(folder(), name);
      writeFileSync(file, `${readFileSync(file, "utf8")}\n// another line\n`);
      refuses(/the sources have changed since/);
      assert.equal(node("build/build.mjs", "--if-needed").status, 0);
      assert.match(command().stderr, RAN);
    }
  });

  it("does not depend on what an editor keeps beside the sources", () => {
    symlinkSync("me@here.4711", join(folder(), "components", "kubernetes", ".#kubectl.ts"));
    mkdirSync(join(folder(), "stacks", "notes.ts"));
    assert.match(command().stderr, RAN);
  });

  /** Puts another program in the place of a built one, as whole as that. */
  function replaced(name: string, text: string): void {
    const file = join(folder(), "dist", "manifest.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as { readonly files: Readonly<Record<string, string>> };
    const hash = createHash("sha256").update(text).digest("hex");
    writeFileSync(join(folder(), "dist", name), text);
    writeFileSync(file, JSON.stringify({ ...manifest, files: { ...manifest.files, [name]: hash } }));
  }

  it("has failed where it ends before its verb is done, however it ends", () => {
    for (const text of [
      "",
      "process.exit(0);",
      "exports.ran = new Promise(() => undefined);",
      "exports.ran = Promise.resolve();",
      'exports.ran = Promise.resolve("another");',
      "setTimeout(() => process.exit(), 10); exports.ran = new Promise(() => undefined);",
    ]) {
      replaced("cluster.cjs", text);
      const { status, stderr } = command();
      assert.equal(status, 70, text);
      assert.match(stderr, /cluster: ended before "record" was done/);
    }
    replaced("cluster.cjs", "exports.ran = Promise.reject(new Error('no'));");
    assert.notEqual(command().status, 0);
    replaced("cluster.cjs", 'exports.ran = Promise.resolve("record");');
    assert.equal(command().status, 0);
  });

  it("is an error where the runner itself, or what it loads, is empty", () => {
    for (const file of ["build/sources.cjs", "build/built.cjs", "components/command/run.cjs"]) {
      truncateSync(join(folder(), file), 0);
      assert.notEqual(command().status, 0, file);
    }
  });

  it("has no file under another name", () => {
    for (const name of ["clust", "../index.ts", "__proto__", "constructor"]) {
      const { status, stderr } = command(name);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /is nothing that is built; there are program\.cjs, library\.cjs, provider\.cjs, policies\.cjs, apiserver\.cjs/,
      );
    }
  });
});
