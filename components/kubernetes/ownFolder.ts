import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { compact } from "../basics/model/lists";
import { shortHash } from "../basics/model/shortHash";

/**
 * Folders of this machine's: what another one has in a shared folder says nothing about processes here. Short, for the path of a socket may have
 * a hundred bytes.
 */
const ofHost = (): string => `clustermesh-${shortHash(hostname()).slice(0, 6)}-`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Removes folders that programs have left which were killed. What cannot be removed stays: it is in nobody's way. */
async function removeLeft(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const left = names.map((name) => {
    const pid = name.startsWith(ofHost()) ? Number(/^(\d+)-/.exec(name.slice(ofHost().length))?.[1]) : NaN;
    return Number.isInteger(pid) && !isRunning(pid) && join(parent, name);
  });
  for (const path of compact(left)) {
    const owner = await lstat(path).then(
      ({ uid }) => uid,
      () => undefined,
    );
    if (owner === process.getuid?.()) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Where this program has looked for them: once is enough. */
const looked = new Set<string>();

/** Makes a folder that is this user's alone. With it go those of programs that were killed before they could remove them. */
export async function makeOwnFolder(): Promise<string> {
  const parent = tmpdir();
  if (!looked.has(parent)) {
    looked.add(parent);
    await removeLeft(parent);
  }
  return mkdtemp(join(parent, `${ofHost()}${process.pid}-`));
}
