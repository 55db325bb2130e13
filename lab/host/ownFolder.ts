import { lstat, mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** What decides who can change what lies at a path. */
export interface PathFacts {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  /** Mode bits, the kind of file included. */
  readonly mode: number;
}

const ROOT = 0;
const STICKY = 0o1000;
const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;

/**
 * Why another user could change what lies at a path, or `undefined` where only this user and root could. Of a folder with the sticky bit
 * (`/tmp`) what lies in it is judged by itself. A group with the number of the user is the user's own, as Linux distributions make them.
 */
export function foreignHand({ path, uid, gid, mode }: PathFacts, user: number): string | undefined {
  if (uid !== user && uid !== ROOT) return `${path} belongs to user ${String(uid)}`;
  if ((mode & STICKY) !== 0) return undefined;
  if ((mode & OTHERS_WRITE) !== 0) return `${path} can be written to by everybody (chmod o-w ${path})`;
  const ownGroup = gid === user || gid === ROOT;
  return (mode & GROUP_WRITES) !== 0 && !ownGroup
    ? `${path} can be written to by group ${String(gid)} (chmod g-w ${path})`
    : undefined;
}

function upToRoot(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upToRoot(parent)];
}

/** The folders that a path leads through, as it is written and as it really is. */
async function waysTo(path: string): Promise<readonly string[]> {
  return [...new Set([...upToRoot(path), ...upToRoot(await realpath(path))])];
}

/**
 * Refuses a file or folder that another user could have put there, or could change: programs in it would run as this user.
 *
 * @throws Error with the path and the reason.
 */
export async function refuseForeign(path: string): Promise<void> {
  const user = process.getuid?.();
  if (user === undefined) return;
  for (const each of await waysTo(path)) {
    const facts = await lstat(each);
    // A link has no mode of its own; who could put another in its place is judged by its folder.
    const mode = facts.isSymbolicLink() ? 0 : facts.mode;
    const reason = foreignHand({ path: each, uid: facts.uid, gid: facts.gid, mode }, user);
    if (reason !== undefined) {
      throw new Error(
        `${path} holds programs that would run as this user, and ${reason}; change that, or set XDG_CACHE_HOME to a folder of your own`,
      );
    }
  }
}

/** A folder of this user's alone, made where it is not there. @throws as {@link refuseForeign}. */
export async function ensureOwnFolder(...parts: readonly string[]): Promise<string> {
  const folder = join(...parts);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseForeign(folder);
  return folder;
}
