import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { shortHash } from "../../../components/basics/model/shortHash";
import { makeOwnFolder } from "../../../components/kubernetes/ownFolder";

describe("a folder of this user's alone", () => {
  let before: string | undefined;
  let temporary: string;

  beforeEach(() => {
    before = process.env["TMPDIR"];
    temporary = mkdtempSync(join(tmpdir(), "own-folder-"));
    process.env["TMPDIR"] = temporary;
  });

  afterEach(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(temporary, { recursive: true });
  });

  it("can be read by nobody else", async () => {
    assert.equal(statSync(await makeOwnFolder()).mode & 0o777, 0o700);
  });

  it("goes with the next one where its program was killed, and no other folder does", async () => {
    const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
    const host = shortHash(hostname()).slice(0, 6);
    const [left, used, elsewhere, other] = [
      `clustermesh-${host}-${dead}-a`,
      `clustermesh-${host}-${process.ppid}-b`,
      `clustermesh-x${host}-${dead}-c`,
      `clustermesh-${host}-d`,
    ];
    for (const name of [left, used, elsewhere, other]) mkdirSync(join(temporary, name));
    writeFileSync(join(temporary, left, "api"), "");
    const made = basename(await makeOwnFolder());
    assert.deepEqual(readdirSync(temporary).sort(), [used, elsewhere, other, made].sort());
    assert.ok(!existsSync(join(temporary, left)));
  });
});
