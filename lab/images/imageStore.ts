import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ensureEntry } from "../cache/cacheEntries";
import { type Log, withProgress } from "../cache/progress";
import type { RecipeName } from "../cache/recipes";
import { shortHash } from "../host/files";
import { run } from "../host/run";
import { succeeds, waitFor } from "../host/waitFor";
import { APISERVER_IMAGES, type ImageDefinition, IMAGES } from "./definitions";
import { copyStore } from "./copyStore";
import { writeOciArchive } from "./ociArchive";
import { makeRootTree } from "./rootTree";

/** Programs that make the store, as paths. */
export interface StorePrograms {
  readonly containerd: string;
  readonly ctr: string;
}

const READY_MS = 30_000;

/** Images that are made and given to nodes together. */
export interface ImageSet {
  /** What they are of, for the progress line. */
  readonly what: string;
  readonly images: Readonly<Record<string, ImageDefinition>>;
  readonly usualSeconds: number;
}

/** Sets of images, each on top of those before it. */
export type ImageSets = readonly [ImageSet, ...(readonly ImageSet[])];

/** What every node has. */
export const NODE_IMAGES: ImageSet = {
  what: "the images of Cilium, Redis and the pods' sandbox",
  images: IMAGES,
  usualSeconds: 40,
};

/** What nodes have on top of that where their cluster's mode has a clustermesh-apiserver. */
export const APISERVER_IMAGE: ImageSet = {
  what: "the image of clustermesh-apiserver",
  images: APISERVER_IMAGES,
  usualSeconds: 15,
};

/** Recipes that images are made of. */
export const recipesOf = ({ images }: ImageSet): readonly RecipeName[] => [
  ...new Set(Object.values(images).flatMap(({ parts }) => parts.map(({ recipe }) => recipe))),
];

/** A change of how images are packed or imported counts as another content. */
const FORMAT = 1;

/** What decides a store's content: the images, what they are made of, and the store below it. */
function storeKey(
  set: ImageSet,
  folders: ReadonlyMap<RecipeName, string>,
  { containerd }: StorePrograms,
  base?: string,
): string {
  const own = recipesOf(set).map((name) => [name, folders.get(name) ?? ""] as const);
  const ingredients = [FORMAT, set.images, own.toSorted(), containerd, ...(base === undefined ? [] : [basename(base)])];
  return `image-store-${shortHash(JSON.stringify(ingredients))}`;
}

/**
 * A containerd root with the images of these sets imported and unpacked, made once: a node gets a copy of hard links, which takes a second,
 * where importing takes each node ten. With each set there is another store, of hard links to what the one before it has.
 */
export async function ensureImageStore(
  sets: ImageSets,
  folders: ReadonlyMap<RecipeName, string>,
  programs: StorePrograms,
  log: Log,
): Promise<string> {
  const [first, ...others] = sets;
  let store = await ensureStore(first, folders, programs, log);
  for (const set of others) store = await ensureStore(set, folders, programs, log, store);
  return store;
}

function ensureStore(
  set: ImageSet,
  folders: ReadonlyMap<RecipeName, string>,
  programs: StorePrograms,
  log: Log,
  base?: string,
): Promise<string> {
  return ensureEntry("images", storeKey(set, folders, programs, base), log, (target, scratch) =>
    withProgress(log, `making ${set.what}`, set.usualSeconds, async () => {
      const archives: string[] = [];
      for (const [name, image] of Object.entries(set.images)) {
        const [tree, archive] = [join(scratch, "tree"), join(scratch, `${name}.tar`)];
        await makeRootTree(image, (recipe) => folders.get(recipe) ?? "", tree);
        await writeOciArchive(image, tree, archive, scratch);
        await rm(tree, { recursive: true });
        archives.push(archive);
      }
      if (base !== undefined) await copyStore(base, target);
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
