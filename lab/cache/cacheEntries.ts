import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../host/folders";
import { withLock } from "../host/lock";
import { ensureOwnFolder, refuseForeign } from "../host/ownFolder";
import type { Log } from "./progress";

/** What may be filled side by side: builds take all cores, images mostly the disk. */
export type CacheRoom = "builds" | "images";

const entries = (): string => join(cacheFolder(), "builds");
const draftPrefix = (room: CacheRoom): string => `.draft-${room}-`;

/** Where the content with this key is or will be. */
export const entryFolder = (key: string): string => join(entries(), key);

/** Runs `work` while no other process fills this room. */
export async function withRoom(room: CacheRoom, log: Log, work: () => Promise<void>): Promise<void> {
  const begin = async (): Promise<void> => {
    await ensureOwnFolder(entries());
    // With the lock held, a draft can only be what a dead process left.
    for (const entry of await readdir(entries())) {
      if (entry.startsWith(draftPrefix(room))) await rm(join(entries(), entry), { recursive: true, force: true });
    }
    await work();
  };
  await withLock(room, begin, () => {
    log(`waiting for another process that makes ${room} for the cache`);
  });
}

/**
 * Has `fill` make entries in a folder that is gone afterwards, each as a folder that is named after its key. They appear in the cache only
 * when all are complete.
 */
export async function addEntries(
  room: CacheRoom,
  keys: readonly string[],
  fill: (target: (key: string) => string, scratch: string) => Promise<void>,
): Promise<void> {
  const draft = await mkdtemp(join(entries(), draftPrefix(room)));
  try {
    const scratch = join(draft, "scratch");
    await mkdir(scratch);
    const target = (key: string): string => join(draft, key);
    await fill(target, scratch);
    for (const key of keys) {
      // What is there lacks something, or it would not be made.
      await rm(entryFolder(key), { recursive: true, force: true });
      await rename(target(key), entryFolder(key));
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The folder with this key, made when it is not there. */
export async function ensureEntry(
  room: CacheRoom,
  key: string,
  log: Log,
  fill: (target: string, scratch: string) => Promise<void>,
): Promise<string> {
  const folder = entryFolder(key);
  if (existsSync(folder)) {
    await refuseForeign(folder);
    return folder;
  }
  await withRoom(room, log, async () => {
    if (existsSync(folder)) return;
    await addEntries(room, [key], (target, scratch) => fill(target(key), scratch));
  });
  return folder;
}
