import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEntry } from "../cache/cacheEntries";
import { type Log, withProgress } from "../cache/progress";
import type { RecipeName } from "../cache/recipes";
import { shortHash } from "../host/files";
import { run } from "../host/run";
import { succeeds, waitFor } from "../host/waitFor";
import { type ImageDefinition, IMAGES } from "./definitions";
import { writeOciArchive } from "./ociArchive";
import { makeRootTree } from "./rootTree";

/** Programs that make the store, as paths. */
export interface StorePrograms {
  readonly containerd: string;
  readonly ctr: string;
}

const READY_MS = 30_000;
const USUAL_SECONDS = 40;

/** Recipes that the images are made of. */
export const IMAGE_RECIPES: readonly RecipeName[] = [
  ...new Set(Object.values<ImageDefinition>(IMAGES).flatMap(({ parts }) => parts.map(({ recipe }) => recipe))),
];

/** A change of how images are packed or imported counts as another content. */
const FORMAT = 1;

function storeKey(folders: ReadonlyMap<RecipeName, string>, { containerd }: StorePrograms): string {
  const ingredients = [FORMAT, IMAGES, [...folders].sort(), containerd];
  return `image-store-${shortHash(JSON.stringify(ingredients))}`;
}

/**
 * A containerd root with every image of the lab imported and unpacked, made once: a node gets a copy of hard links, which takes a second,
 * where importing takes each node ten.
 */
export function ensureImageStore(
  folders: ReadonlyMap<RecipeName, string>,
  programs: StorePrograms,
  log: Log,
): Promise<string> {
  return ensureEntry("images", storeKey(folders, programs), log, (target, scratch) =>
    withProgress(log, "making the images of Cilium, Redis and the pods' sandbox", USUAL_SECONDS, async () => {
      const archives: string[] = [];
      for (const [name, image] of Object.entries<ImageDefinition>(IMAGES)) {
        const [tree, archive] = [join(scratch, "tree"), join(scratch, `${name}.tar`)];
        await makeRootTree(image, (recipe) => folders.get(recipe) ?? "", tree);
        await writeOciArchive(image, tree, archive, scratch);
        await rm(tree, { recursive: true });
        archives.push(archive);
      }
      await importImages(archives, target, programs);
    }),
  );
}

const CONTAINERD_CONFIG = (root: string, state: string, socket: string): string => `version = 3
root = "${root}"
state = "${state}"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", "io.containerd.cri.v1.images", "io.containerd.nri.v1.nri"]
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
`;

/** Has a containerd of its own import archives into `root`. It mounts while it unpacks: in a mount namespace that goes with it. */
async function importImages(archives: readonly string[], root: string, programs: StorePrograms): Promise<void> {
  await mkdir(root, { recursive: true });
  // A socket's path may have 107 characters: not below a cache folder of any depth.
  const own = await mkdtemp(join(tmpdir(), "clustermesh-images-"));
  const [config, socket] = [join(own, "config.toml"), join(own, "c.sock")];
  await writeFile(config, CONTAINERD_CONFIG(root, join(own, "state"), socket), { mode: 0o600 });
  const namespaced = ["--mount", "--propagation", "private"];
  const daemon = spawn("unshare", [...namespaced, programs.containerd, "--config", config, "--log-level", "error"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(daemon, "exit");
  const ctr = (...args: readonly string[]) =>
    run(programs.ctr, ["--address", socket, "--namespace", "k8s.io", ...args]);
  try {
    await waitFor("containerd for the images", READY_MS, async (note) => {
      if (daemon.exitCode !== null) throw new Error(`containerd ended with ${daemon.exitCode}`);
      return succeeds(ctr("version"), note);
    });
    for (const archive of archives) await ctr("images", "import", "--local", archive);
  } finally {
    daemon.kill();
    await ended;
    await rm(own, { recursive: true, force: true });
  }
}
