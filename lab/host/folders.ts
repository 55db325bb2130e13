import { userInfo } from "node:os";
import { join } from "node:path";

const PROJECT = "cilium-clustermesh";

type Environment = Readonly<Record<string, string | undefined>>;

/** XDG demands absolute paths, and that others be ignored. */
const absolute = (path: string | undefined): string | undefined => (path?.startsWith("/") ? path : undefined);

/** The user's home, with HOME unset or empty too. */
export const homeFolder = (env: Environment = process.env): string => absolute(env["HOME"]) ?? userInfo().homedir;

/** Where finished builds and unpacked packages are kept; safe to delete, it is made again. */
export const cacheFolder = (env: Environment = process.env): string =>
  join(absolute(env["XDG_CACHE_HOME"]) ?? join(homeFolder(env), ".cache"), PROJECT);

/** Where running labs keep their keys, data and logs: one folder each. */
export const labsFolder = (env: Environment = process.env): string => {
  const state = absolute(env["XDG_STATE_HOME"]);
  return join(state === undefined ? cacheFolder(env) : join(state, PROJECT), "labs");
};

/** Lock files live outside of what they lock, so that a lab's folder can go while its lock is held. */
export const locksFolder = (env: Environment = process.env): string => join(cacheFolder(env), "locks");
