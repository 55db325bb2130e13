import { execFileSync, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

/** The repository that is packed. */
export const ROOT = resolve(__dirname, "..", "..", "..");

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()) });

/** What of `package.json` a user of the package has to have. */
export const MANIFEST = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

/** For the tests of a file: the package as `npm pack` makes it, unpacked, in a folder that is removed after them. */
export function packed(): () => string {
  let folder = "";
  before(function () {
    this.timeout("10m");
    folder = mkdtempSync(join(tmpdir(), "clustermesh-packed-"));
    const args = ["pack", "--silent", "--ignore-scripts=false", "--pack-destination", folder];
    // What is printed of the scripts stands before the name of the file.
    const name = execFileSync("npm", args, { cwd: ROOT, encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
    execFileSync("tar", ["-xzf", join(folder, name), "-C", folder]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => join(folder, "package");
}

/** Puts packages of this repository where a program elsewhere finds them, without asking a registry. */
export function link(program: string, ...names: readonly string[]): void {
  for (const name of names) {
    const target = join(program, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), target);
  }
}

/** Installs the package beside a program, with the dependencies that it names and no others. @returns Where it is. */
export function install(packageFolder: string, program: string): string {
  const target = join(program, "node_modules", "cilium-clustermesh");
  cpSync(packageFolder, target, { recursive: true });
  link(program, ...Object.keys(MANIFEST.dependencies));
  return target;
}

/** Runs node in a program's folder, with an environment that has nothing of this process but the way to programs. */
export function node(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, args, { cwd: program, encoding: "utf8", env: { PATH: process.env["PATH"] } });
}
