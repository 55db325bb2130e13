import { access, constants, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** A plugin by name and version. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** Stands beside every plugin that is no release, so that it is never taken for one. */
const MARK = ".no-release";

/** Where a Pulumi home has a plugin. */
export const folderOf = (home: string, { name, version }: Plugin) =>
  join(home, "plugins", `resource-${name}-v${version}`);

/** The program that the engine starts. */
export const binaryOf = (home: string, plugin: Plugin) =>
  join(folderOf(home, plugin), `pulumi-resource-${plugin.name}`);

/** Whether a Pulumi home has the plugin as its maker released it. */
export async function hasRelease(home: string, plugin: Plugin): Promise<boolean> {
  const folder = folderOf(home, plugin);
  // The CLI has ".partial" beside what it has not finished.
  if (existsSync(join(folder, MARK)) || existsSync(`${folder}.partial`)) return false;
  try {
    await access(binaryOf(home, plugin), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function emptyFolder(home: string, plugin: Plugin): Promise<void> {
  await rm(folderOf(home, plugin), { recursive: true, force: true });
  await mkdir(folderOf(home, plugin), { recursive: true });
}

/** Gives a Pulumi home a release that lies elsewhere. */
export async function linkRelease(home: string, plugin: Plugin, binary: string): Promise<void> {
  await emptyFolder(home, plugin);
  await symlink(binary, binaryOf(home, plugin));
}

/** Gives a Pulumi home a program in place of a release. */
export async function linkBuild(home: string, plugin: Plugin, binary: string): Promise<void> {
  await emptyFolder(home, plugin);
  await writeFile(join(folderOf(home, plugin), MARK), "");
  await symlink(binary, binaryOf(home, plugin));
}

/** Gives a Pulumi home a script in place of a release. */
export async function writeLauncher(home: string, plugin: Plugin, script: string): Promise<void> {
  await emptyFolder(home, plugin);
  await writeFile(join(folderOf(home, plugin), MARK), "");
  await writeFile(binaryOf(home, plugin), script, { mode: 0o755 });
}
