import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  ClusterMesh,
  DEFAULT_SETTINGS,
  type ClusterAccess,
  type ClusterMeshArgs,
  type MeshCluster,
  type MeshSettings,
} from "../../../components";
import { DEFAULT_DEMO, type DemoSettings } from "../../../components/demo/model/demo";
import type { ClusterSpec } from "../../../components/mesh/model/mesh";
import { clusterName, clusterSpec } from "./mesh/mesh";
import { run, type Registered, type Run } from "./pulumiMocks";

/** What a mesh made here is like; two clusters with a generated authority unless it says otherwise. */
export interface MeshOptions extends Partial<Omit<ClusterMeshArgs, "clusters" | "settings" | "demo">> {
  /** The clusters by number, in this order. @default [1, 2] */
  readonly clusters?: readonly number[];
  /** Changes of single clusters, by number. */
  readonly specs?: Readonly<Record<number, Partial<ClusterSpec>>>;
  /** Clusters, by number, that are reached by a kubeconfig. */
  readonly kubeconfigs?: readonly number[];
  readonly settings?: Partial<MeshSettings>;
  /** Whether the demo runs, in the first two clusters, and what is changed of it. */
  readonly demo?: boolean | Partial<DemoSettings>;
}

/** A part of every kubeconfig made here, which must not show up where it is not secret. */
export const KUBECONFIG_TOKEN = "t0ken-of-a-kubeconfig";

function access(n: number, options: MeshOptions): ClusterAccess {
  return options.kubeconfigs?.includes(n)
    ? { kind: "kubeconfig", kubeconfig: `kubeconfig of ${clusterName(n)} with ${KUBECONFIG_TOKEN}` }
    : { kind: "context", context: `context${String(n)}` };
}

function cluster(n: number, options: MeshOptions): MeshCluster {
  const way = access(n, options);
  const kubeconfig = way.kind === "kubeconfig" ? { kubeconfig: pulumi.secret(way.kubeconfig) } : {};
  return {
    ...clusterSpec(n, options.specs?.[n]),
    access: way,
    provider: new k8s.Provider(`provider${String(n)}`, { enableSecretMutable: true, ...kubeconfig }),
  };
}

function demoSettings(over: Partial<DemoSettings>): DemoSettings {
  return { ...DEFAULT_DEMO, serverCluster: clusterName(1), clientCluster: clusterName(2), ...over };
}

/** Makes a mesh, with a provider for each cluster. */
export function makeMesh(options: MeshOptions = {}): ClusterMesh {
  const {
    clusters: numbers = [1, 2],
    settings,
    demo,
    authority: caSource,
    nativeRoutingCIDRs,
    ipamMode,
    externalPeers: others,
    observed,
  } = options;
  return new ClusterMesh("clustermesh", {
    ...(nativeRoutingCIDRs === undefined ? {} : { nativeRoutingCIDRs }),
    ...(ipamMode === undefined ? {} : { ipamMode }),
    ...(others === undefined ? {} : { externalPeers: others }),
    ...(observed === undefined ? {} : { observed }),
    clusters: Object.fromEntries(numbers.map((n) => [clusterName(n), cluster(n, options)])),
    authority: caSource ?? { kind: "generated" },
    owner: "clustermesh/test",
    settings: { ...DEFAULT_SETTINGS, ...settings },
    ...(demo === undefined || demo === false ? {} : { demo: demoSettings(demo === true ? {} : demo) }),
  });
}

/** A run of {@link makeMesh}, whose resources can be looked up. */
export interface MeshRun extends Run<ClusterMesh> {
  readonly urns: readonly string[];
  /** The one resource of that name and of a type that ends so. */
  one(type: string, name: string): Registered;
  /** All resources of a type that ends so. */
  all(type: string): readonly Registered[];
}

const runs = new Map<string, Promise<MeshRun>>();

/** Registers a mesh against mocked providers. The same mesh is registered once, whichever tests look at it. */
export function runMesh(options: MeshOptions = {}, preview = false): Promise<MeshRun> {
  const key = JSON.stringify([options, preview]);
  const known = runs.get(key) ?? runAnew(options, preview);
  runs.set(key, known);
  return known;
}

async function runAnew(options: MeshOptions, preview: boolean): Promise<MeshRun> {
  const ran = await run(() => makeMesh(options), preview);
  const all = (type: string) => ran.resources.filter((each) => each.type.endsWith(type));
  return {
    ...ran,
    urns: ran.resources.map((each) => each.urn).sort(),
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
