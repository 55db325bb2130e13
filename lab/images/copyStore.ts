import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../host/run";

const databases = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".db"));

/**
 * Copies a containerd root: hard links to the files of images, which nobody writes to, and copies of containerd's databases, which it does
 * write to. Where the copy is on another file system, everything is copied.
 */
export async function copyStore(store: string, copy: string): Promise<void> {
  await run("rm", ["-rf", copy]);
  await run("cp", ["--archive", "--link", store, copy]).catch(async () => {
    await run("rm", ["-rf", copy]);
    await run("cp", ["--archive", store, copy]);
  });
  for (const file of databases(store)) {
    await run("cp", ["--archive", "--remove-destination", join(store, file), join(copy, file)]);
  }
}
