import type { Tools } from "./cache/tools";
import { upgradeCilium } from "./ciliumObjects/install";
import type { CiliumMode, ClusterIdentity } from "./ciliumObjects/setup";
import type { HelmValues } from "./ciliumObjects/values";
import { apiServerUrl, type ClusterSite } from "./controlPlane/cluster";
import { startApiServer, stopApiServer } from "./controlPlane/apiServer";
import {
  etcdDialEndpoint,
  etcdPeerEndpoint,
  etcdPki,
  type EtcdName,
  type EtcdTls,
  ownTls,
  replaceTls,
  restartEtcd,
  startEtcd,
  stopEtcd,
} from "./controlPlane/etcd";
import { kubectl, type ClusterAccess } from "./kubectl";
import { inNamespacesOf, type Place } from "./host/place";
import { run, type RunResult } from "./host/run";
import { runningMachine } from "./nodes/machine";
import type { NodeSite } from "./nodes/nodeSite";
import { podPlace, type PodName } from "./nodes/podNetwork";
import { nodesOf } from "./sites";

/** A server of a cluster that can be taken away and given back. `start` returns when it is ready. */
export interface Stoppable {
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** An etcd of a cluster and how to get at it. All files are PEM. */
export interface LabEtcd extends Stoppable {
  /**
   * As agents of peers reach it: like `https://127.100.1.1:2379`, or `https://10.1.1.1:2379` where the cluster has nodes, or
   * `https://[fd00:1::1]:2379` where these have addresses of both families.
   */
  readonly endpoint: string;
  /** As programs of this machine reach it; the same without nodes. */
  readonly dialEndpoint: string;
  /** The etcd's own authority, for adopting it. */
  readonly caFile: string;
  readonly caKeyFile: string;
  /** A client of that authority with the common name `root`. */
  readonly certFile: string;
  readonly keyFile: string;
  /** What the lab starts the etcd with: give it to `restart` to undo a change. */
  readonly ownTls: EtcdTls;
  /**
   * Ends the etcd and starts it with the same data; with other files when they are given (they are copied, and kept for
   * later starts too). `certFile` above opens it only while `trustedCaFile` holds the lab's authority, alone or in a bundle.
   */
  readonly restart: (tls?: EtcdTls) => Promise<void>;
  /** Gives a running etcd that was restarted with other files new ones in their place: new connections get the new certificate. */
  readonly replaceTls: (tls: EtcdTls) => void;
}

/** The API server of a cluster. */
export interface LabApiServer extends Stoppable {
  /** Like `https://127.100.1.1:6443`. */
  readonly url: string;
  readonly caFile: string;
}

/** A node of a cluster. */
export interface LabNode {
  /** Kubernetes' name for it. */
  readonly name: string;
  /** Its address, of the primary family. */
  readonly ip: string;
  /** Runs a program of this machine in the node's namespaces. */
  readonly run: (command: readonly string[]) => Promise<RunResult>;
}

/** One running cluster of a lab. */
export interface LabCluster extends ClusterAccess {
  /** `cluster1`, `cluster2`, …; also the name of its kubeconfig context. */
  readonly name: string;
  /** The id it may get in a mesh: 101, 102, …. */
  readonly id: number;
  /** Where its identities are, and how its agents read peers. */
  readonly mode: CiliumMode;
  /** The name and id with which Cilium was installed: `default` and 0, unless others were asked for. */
  readonly installedAs: ClusterIdentity;
  readonly apiServer: LabApiServer;
  /** What peers may open in mode `kvstore`; in the others it does not run. */
  readonly ciliumEtcd: LabEtcd;
  /** The API server's own; peers must never get at it. */
  readonly apiEtcd: LabEtcd;
  readonly podCIDRs: readonly string[];
  readonly nodeCIDRs: readonly string[];
  /** Its nodes; none for a control plane alone. */
  readonly nodes: readonly LabNode[];
  /**
   * Runs `helm upgrade` of Cilium with the lab's values and these over them, as a user does who has changed his own. What an earlier upgrade
   * was given is not kept; nothing is waited for.
   */
  readonly upgradeCilium: (values: HelmValues) => Promise<void>;
  /** The network of a pod, to run programs of this machine in: they send and receive as the pod. */
  readonly inPod: (pod: PodName) => Promise<Place>;
  /** Runs kubectl against this cluster. */
  readonly run: (args: readonly string[], options?: { readonly stdin?: string }) => Promise<RunResult>;
}

function labEtcd(tools: Tools, site: ClusterSite, name: EtcdName): LabEtcd {
  const { ca, client } = etcdPki(site, name);
  return {
    endpoint: etcdPeerEndpoint(site, name),
    dialEndpoint: etcdDialEndpoint(site, name),
    caFile: ca.certFile,
    caKeyFile: ca.keyFile,
    ...client,
    ownTls: ownTls(site, name),
    start: () => startEtcd(tools.etcd, site, name),
    stop: () => stopEtcd(site, name),
    restart: (tls) => restartEtcd(tools.etcd, site, name, tls),
    replaceTls: (tls) => {
      replaceTls(site, name, tls);
    },
  };
}

function labNode({ plan, ip, dir }: NodeSite): LabNode {
  return {
    name: plan.name,
    ip,
    run: (command) => {
      const machine = runningMachine(dir);
      if (machine === undefined) throw new Error(`node ${plan.name} in ${dir} does not run`);
      const [program = "", ...args] = inNamespacesOf(machine.pid, ip).commandLine(command);
      return run(program, args);
    },
  };
}

/** A cluster's handles for programs. */
export function labCluster(tools: Tools, site: ClusterSite, kubeconfig: string): LabCluster {
  const { plan, families } = site;
  const { name, id } = plan;
  const access: ClusterAccess = { kubectl: tools.kubectl, kubeconfig, context: name };
  return {
    ...access,
    name,
    id,
    mode: site.cilium.mode,
    installedAs: site.cilium.identity,
    apiServer: {
      url: apiServerUrl(site),
      caFile: site.pki.kubernetesCa.certFile,
      start: () => startApiServer(tools.kubeApiserver, site),
      stop: () => stopApiServer(site),
    },
    ciliumEtcd: labEtcd(tools, site, "cilium-etcd"),
    apiEtcd: labEtcd(tools, site, "api-etcd"),
    podCIDRs: families.map((family) => plan[family].podCIDR),
    nodeCIDRs: families.map((family) => plan[family].nodeCIDR),
    nodes: nodesOf(site).map(labNode),
    upgradeCilium: (values) => upgradeCilium(tools, site, access, values),
    inPod: (pod) => podPlace(access, nodesOf(site), pod),
    run: (args, options) => kubectl(access, args, options),
  };
}
