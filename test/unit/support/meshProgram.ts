import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ClusterMesh,
  ClusterMeshDemo,
  demoObjects,
  type CaSource,
  type ClusterMeshArgs,
  type MeshCluster,
} from "../../../components";
import { own, present } from "../../../components/basics/model/own";
import type { DemoChoice } from "../../../components/demo/model/demo";
import type { ClusterSpec } from "../../../components/mesh/model/mesh";
import type { GivenSettings } from "../../../components/settings/model/settings";
import { clusterName, clusterSpec } from "./mesh/mesh";
import { omit } from "./omit";
import { run, type Registered, type Run } from "./pulumiMocks";
import { INPUT_VARIABLE, LARGE_INPUT } from "../../../components/command/protocol";

/** What a mesh made here is like; two clusters with a generated authority unless it says otherwise. */
export interface MeshOptions extends Pick<ClusterMeshArgs, "externalPeers" | "observed" | "objects"> {
  /** The clusters by number, in this order. @default [1, 2] */
  readonly clusters?: readonly number[];
  /** Changes of single clusters, by number. */
  readonly specs?: Readonly<Record<number, Partial<ClusterSpec>>>;
  /** Clusters, by number, that publish through their clustermesh-apiserver: they have no etcd. @default none */
  readonly apiservers?: readonly number[];
  /** What is written down of their clustermesh-apiservers, by number. @default nothing */
  readonly ofApiservers?: Readonly<Record<number, NonNullable<MeshCluster["apiserver"]>>>;
  /** Clusters, by number, that are reached by a kubeconfig. */
  readonly kubeconfigs?: readonly number[];
  /** Whose providers are used: those of the program, or those that the mesh makes. @default "given" */
  readonly providers?: "given" | "made";
  readonly settings?: GivenSettings;
  /** Who signs. */
  readonly authority?: CaSource;
  /** The demo, in the first two clusters unless it names its own. @default none */
  readonly demo?: true | Partial<DemoChoice>;
  /** @default that of the mesh, as a stack has it */
  readonly demoName?: string;
}

/** A part of every kubeconfig made here, which must not show up where it is not secret. */
export const KUBECONFIG_TOKEN = "t0ken-of-a-kubeconfig";

/** How the nth cluster is reached. */
function way(n: number, options: MeshOptions): Pick<MeshCluster, "context" | "kubeconfig"> {
  return options.kubeconfigs?.includes(n)
    ? { kubeconfig: `kubeconfig of ${clusterName(n)} with ${KUBECONFIG_TOKEN}` }
    : { context: `context${String(n)}` };
}

function cluster(n: number, options: MeshOptions): MeshCluster {
  const { kubeconfig } = way(n, options);
  const spec = clusterSpec(n, options.specs?.[n]);
  const described = {
    ...(options.apiservers?.includes(n) === true
      ? { ...omit(spec, "etcd"), ...present({ apiserver: options.ofApiservers?.[n] }) }
      : withCa(clusterName(n), spec, options.authority)),
    ...way(n, options),
  };
  if (options.providers === "made") return described;
  return {
    ...described,
    provider: new k8s.Provider(`provider${String(n)}`, {
      enableSecretMutable: true,
      upsertExistingObjects: true,
      deleteUnreachable: options.specs?.[n]?.lost === true,
      ...(kubeconfig === undefined ? {} : { kubeconfig: pulumi.secret(kubeconfig) }),
    }),
  };
}

/** A cluster with its own CA, where each has one. */
export function withCa(name: string, spec: ClusterSpec, authority: CaSource | undefined) {
  const ca = authority?.kind === "adoptedPerCluster" ? own(authority.authorities, name) : undefined;
  return { ...spec, etcd: { ...spec.etcd, ...(ca === undefined ? {} : { ca }) } };
}

/** Who signs, as the arguments of a mesh have it. */
export function signedBy(
  authority: CaSource = { kind: "generated" },
): Pick<ClusterMeshArgs, "authority" | "ca" | "published"> {
  switch (authority.kind) {
    case "generated":
      return { authority: "generated" };
    case "adopted":
      return { authority: "adopted", ca: authority.authority };
    case "adoptedPerCluster":
      return { authority: "adopted" };
    case "published":
      return { authority: authority.from === "generated" ? "generated" : "adopted", published: authority };
  }
}

/** What is made here. */
interface Made {
  readonly mesh: ClusterMesh;
  readonly demo: ClusterMeshDemo | undefined;
}

function chosen({ demo }: MeshOptions): DemoChoice | undefined {
  const clusters = ["cluster1", "cluster2"] as const;
  return demo === undefined ? undefined : { clusters, ...(demo === true ? {} : demo) };
}

/** Makes a mesh, with a provider for each cluster, and its demo. */
export function makeMesh(options: MeshOptions = {}): Made {
  const {
    clusters: numbers = [1, 2],
    settings,
    demoName = "clustermesh",
    authority,
    externalPeers,
    observed,
  } = options;
  const choice = chosen(options);
  const { objects = choice && demoObjects(choice) } = options;
  const mesh = new ClusterMesh("clustermesh", {
    ...(observed === undefined ? {} : { observed }),
    owner: "clustermesh/test",
    ...settings,
    ...signedBy(authority),
    ...(externalPeers === undefined ? {} : { externalPeers }),
    ...(objects === undefined ? {} : { objects }),
    clusters: Object.fromEntries(numbers.map((n) => [clusterName(n), cluster(n, options)])),
  });
  return { mesh, demo: choice === undefined ? undefined : new ClusterMeshDemo(demoName, { mesh, ...choice }) };
}

/** A run of {@link makeMesh}, whose resources can be looked up. */
export interface MeshRun extends Run<ClusterMesh> {
  readonly demo: ClusterMeshDemo | undefined;
  readonly urns: readonly string[];
  /** The one resource of that name and of a type that ends so. */
  one(type: string, name: string): Registered;
  /** All resources of a type that ends so. */
  all(type: string): readonly Registered[];
}

/** The input of a command, as its program puts it together. */
export function commandInput({ inputs }: Registered): Readonly<Record<string, unknown>> {
  const environment = inputs["environment"] as Readonly<Record<string, string>>;
  const sent = JSON.parse((inputs["stdin"] as string | undefined) ?? "{}") as Readonly<Record<string, string>>;
  return { ...parsed(environment[INPUT_VARIABLE] ?? ""), ...parsed(sent[LARGE_INPUT] ?? "{}") };
}

const parsed = (text: string) => JSON.parse(text) as Readonly<Record<string, unknown>>;

const runs = new Map<string, Promise<MeshRun>>();

/** Registers a mesh against mocked providers. The same mesh is registered once, whichever tests look at it. */
export function runMesh(options: MeshOptions = {}, preview = false): Promise<MeshRun> {
  const key = JSON.stringify([options, preview]);
  const known = runs.get(key) ?? runAnew(options, preview);
  runs.set(key, known);
  return known;
}

async function runAnew(options: MeshOptions, preview: boolean): Promise<MeshRun> {
  const { result, resources } = await run(() => makeMesh(options), preview);
  const all = (type: string) => resources.filter((each) => each.type.endsWith(type));
  return {
    result: result.mesh,
    demo: result.demo,
    resources,
    urns: resources.map((each) => each.urn).sort(),
    all,
    one: (type, name) => {
      const [found, ...others] = all(type).filter((each) => each.name === name);
      if (found === undefined || others.length > 0) {
        throw new Error(`${String(others.length + (found ? 1 : 0))} resources ${type} ${name}`);
      }
      return found;
    },
  };
}
