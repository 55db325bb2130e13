import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
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
async function removeLeft(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  const left = names.map((name) => {
    const pid = name.startsWith(ofHost()) ? Number(/^(\d+)-/.exec(name.slice(ofHost().length))?.[1]) : NaN;
    return Number.isInteger(pid) && !isRunning(pid) && join(tmpdir(), name);
  });
  for (const path of compact(left)) {
    const owner = await lstat(path).then(
      ({ uid }) => uid,
      () => undefined,
    );
    if (owner === userInfo().uid) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Makes a folder that is this user's alone. With it go those of programs that were killed before they could remove them. */
export async function makeOwnFolder(): Promise<string> {
  await removeLeft();
  return mkdtemp(join(tmpdir(), `${ofHost()}${process.pid}-`));
}
