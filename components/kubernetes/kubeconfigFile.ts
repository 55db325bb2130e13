import { rmSync } from "node:fs";
import { open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeOwnFolder } from "./ownFolder";

/** A kubeconfig's content where kubectl can read it, as often as it likes. */
export interface KubeconfigFile {
  /** Where kubectl finds it. */
  readonly path: string;
  /** To be handed to kubectl behind its three standard streams; absent where the path alone will do. */
  readonly descriptor?: number;
  close(): Promise<void>;
}

/** kubectl's first descriptor behind the standard streams. */
const DESCRIPTOR_PATH = "/proc/self/fd/3";

/**
 * Keeps credentials where nobody else can read them and nothing outlives this process, not even when it is killed. On Linux that is a file
 * without a name: it has lost it before the first byte is written, and goes with the last process that holds it. A pipe would not do, for
 * kubectl reads its kubeconfig more than once. Elsewhere it is a file that only this user can read, removed on exit, or by the next run after
 * a kill.
 */
export async function openKubeconfig(
  content: string,
  platform: NodeJS.Platform = process.platform,
): Promise<KubeconfigFile> {
  const directory = await makeOwnFolder();
  const path = join(directory, "kubeconfig");
  return platform === "linux" ? nameless(directory, path, content) : named(directory, path, content);
}

async function nameless(directory: string, path: string, content: string): Promise<KubeconfigFile> {
  const file = await open(path, "wx+", 0o600);
  await rm(directory, { recursive: true });
  await file.writeFile(content);
  return { path: DESCRIPTOR_PATH, descriptor: file.fd, close: () => file.close() };
}

async function named(directory: string, path: string, content: string): Promise<KubeconfigFile> {
  const onExit = () => {
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  await writeFile(path, content, { mode: 0o600 });
  return {
    path,
    close: async () => {
      process.off("exit", onExit);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
