import { existsSync } from "node:fs";
import { link, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { shortHash } from "../host/files";
import { cacheFolder } from "../host/folders";
import { ensureOwnFolder, refuseForeign } from "../host/ownFolder";
import { requireDebianTools } from "./debian";
import { type CiliumMode, hasApiserver } from "../ciliumObjects/setup";
import { APISERVER_IMAGE, ensureImageStore, type ImageSets, NODE_IMAGES, recipesOf } from "../images/imageStore";
import { ensureRecipes, isMade, recipeFolder } from "./ensureRecipes";
import { PLUGIN_VERSION } from "./kubernetesPlugin";
import type { Log } from "./progress";
import { programsIn, type Recipe } from "./recipe";
import { type RecipeName, RECIPES } from "./recipes";
import { readToolchain } from "./toolchain";

/** Programs of the lab by what they are, as absolute paths. All lie in `dir` too, so that it can be put on a PATH. */
export interface Tools {
  /** A folder with every program below (and `pulumi-language-nodejs`), under their usual names. */
  readonly dir: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubectl: string;
  readonly helm: string;
  readonly etcd: string;
  readonly etcdctl: string;
  readonly pulumi: string;
  /** Folder with Cilium's CustomResourceDefinitions. */
  readonly ciliumCrds: string;
  /** Folder with Cilium's own Helm chart. */
  readonly ciliumChart: string;
}

/** One folder with all programs. Hard links, because Pulumi looks for its language host beside its own real file. */
async function linkTogether(programs: readonly string[]): Promise<string> {
  const parent = join(cacheFolder(), "bin");
  const dir = join(parent, shortHash(programs.join("\n")));
  await ensureOwnFolder(parent);
  if (existsSync(dir)) {
    await refuseForeign(dir);
    return dir;
  }
  const draft = await mkdtemp(join(parent, ".draft-"));
  for (const program of programs) await link(program, join(draft, basename(program)));
  try {
    await rename(draft, dir);
  } catch (error) {
    // Another process was quicker with the same content.
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(dir)) throw error;
  }
  return dir;
}

/** Builds or finds the recipes and returns their folders; everything that is missing on the machine is named first. */
async function ensureAll<Name extends RecipeName>(
  names: readonly Name[],
  log: Log,
): Promise<ReadonlyMap<Name, string>> {
  const toolchain = await readToolchain();
  const recipes = names.map((name): readonly [Name, Recipe] => [name, RECIPES[name]]);
  for (const [, recipe] of recipes) {
    if (recipe.kind === "debian" && !isMade(recipe, toolchain)) await requireDebianTools(recipe);
  }
  await ensureRecipes(
    recipes.map(([, recipe]) => recipe),
    toolchain,
    log,
  );
  const folders = recipes.map(([name, recipe]) => [name, recipeFolder(recipe, toolchain)] as const);
  for (const [, folder] of folders) await refuseForeign(folder);
  return new Map(folders);
}

const LAB_RECIPES = ["etcd", "cilium", "kubernetes", "helm", "pulumi", "pulumiNodejs"] as const;
const NODE_RECIPES = ["nodePrograms", "kubernetesNode", "containerd"] as const;

/** Programs of the lab's nodes as absolute paths, and what their images are in. */
export interface NodeTools {
  /** A folder with every program below, and with those that containerd looks for on its PATH. */
  readonly dir: string;
  readonly kubelet: string;
  readonly kubeScheduler: string;
  readonly containerd: string;
  readonly runc: string;
  readonly tini: string;
  /** A containerd root with the lab's images; nodes get copies. */
  readonly imageStore: string;
}

/**
 * Makes sure that the programs and images of nodes are there. What else a lab is made of is built along with them, where it is missing:
 * together they take less time than one after the other.
 *
 * @param modes Those of the clusters: what no cluster of them needs is not made.
 * @throws MissingPrerequisite when the machine lacks something, before anything is built.
 */
export async function nodeTools(
  log: Log = () => undefined,
  modes: readonly CiliumMode[] = ["kvstore"],
): Promise<NodeTools> {
  const sets: ImageSets = modes.some(hasApiserver) ? [NODE_IMAGES, APISERVER_IMAGE] : [NODE_IMAGES];
  const images = sets.flatMap(recipesOf);
  const folders = await ensureAll([...new Set<RecipeName>([...LAB_RECIPES, ...NODE_RECIPES, ...images])], log);
  const dir = await linkTogether(NODE_RECIPES.flatMap((name) => programsIn(RECIPES[name], folders.get(name) ?? "")));
  const at = (program: string): string => join(dir, program);
  const programs = { containerd: at("containerd"), ctr: at("ctr") };
  return {
    dir,
    kubelet: at("kubelet"),
    kubeScheduler: at("kube-scheduler"),
    containerd: at("containerd"),
    runc: at("runc"),
    tini: at("tini-static"),
    imageStore: await ensureImageStore(sets, folders, programs, log),
  };
}

/** Whether the programs of nodes have been built on this machine; then it takes little time and disk. */
export async function areNodeToolsBuilt(): Promise<boolean> {
  const toolchain = await readToolchain();
  return [...NODE_RECIPES, ...recipesOf(NODE_IMAGES)].every((name) => isMade(RECIPES[name], toolchain));
}

/**
 * Makes sure that every program the lab and its users need is there, and where. The first time on a machine takes some minutes;
 * `log` gets what is going on.
 * @throws MissingPrerequisite when the machine lacks something, before anything is built.
 */
export async function tools(log: Log = () => undefined): Promise<Tools> {
  const folders = await ensureAll(LAB_RECIPES, log);
  const dir = await linkTogether(LAB_RECIPES.flatMap((name) => programsIn(RECIPES[name], folders.get(name) ?? "")));
  const sources = folders.get("cilium") ?? "";
  const at = (program: string): string => join(dir, program);
  return {
    dir,
    kubeApiserver: at("kube-apiserver"),
    kubeControllerManager: at("kube-controller-manager"),
    kubectl: at("kubectl"),
    helm: at("helm"),
    etcd: at("etcd"),
    etcdctl: at("etcdctl"),
    pulumi: at("pulumi"),
    ciliumCrds: join(sources, "crds"),
    ciliumChart: join(sources, "chart"),
  };
}

/** The path of actionlint, which lints the workflows; built apart from the rest, for nothing else needs it. */
export async function actionlint(log: Log = () => undefined): Promise<string> {
  const folders = await ensureAll(["actionlint"], log);
  return join(folders.get("actionlint") ?? "", "actionlint");
}

/** The folder of Pulumi's host of programs in YAML; built apart from the rest, for one test needs it. */
export async function yamlHost(log: Log = () => undefined): Promise<string> {
  const folders = await ensureAll(["pulumiYaml"], log);
  return folders.get("pulumiYaml") ?? "";
}

/** The Pulumi plugin `kubernetes` from its Go module, for where no released one can be had. */
export interface KubernetesPlugin {
  /** Path of `pulumi-resource-kubernetes`. */
  readonly binary: string;
  /** Version of the module. */
  readonly module: string;
}

/** Makes sure that the plugin is there; apart from the rest, for who has a released one does not need it. */
export async function kubernetesPlugin(log: Log = () => undefined): Promise<KubernetesPlugin> {
  const folders = await ensureAll(["pulumiKubernetes"], log);
  return {
    binary: join(folders.get("pulumiKubernetes") ?? "", "pulumi-resource-kubernetes"),
    module: PLUGIN_VERSION,
  };
}
