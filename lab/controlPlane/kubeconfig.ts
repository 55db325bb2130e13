import { readFileSync } from "node:fs";
import { writePrivate } from "../host/files";
import type { PairFiles } from "../pki/clusterPki";
import { apiServerUrl, type ClusterSite, ownApiServerUrl } from "./cluster";

const base64 = (file: string): string => readFileSync(file).toString("base64");

interface Access {
  readonly site: ClusterSite;
  readonly server: string;
  readonly user: PairFiles;
}

function kubeconfigOf(accesses: readonly Access[]): string {
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": accesses[0]?.site.plan.name ?? "",
      clusters: accesses.map(({ site, server }) => ({
        name: site.plan.name,
        cluster: {
          server,
          "certificate-authority-data": base64(site.pki.kubernetesCa.certFile),
        },
      })),
      users: accesses.map(({ site, user }) => ({
        name: site.plan.name,
        user: {
          "client-certificate-data": base64(user.certFile),
          "client-key-data": base64(user.keyFile),
        },
      })),
      contexts: accesses.map(({ site: { plan } }) => ({
        name: plan.name,
        context: { cluster: plan.name, user: plan.name },
      })),
    },
    undefined,
    2,
  );
}

/** A kubeconfig with one context per cluster, each named like its cluster, as administrator by client certificate. */
export const kubeconfig = (sites: readonly ClusterSite[]): string =>
  kubeconfigOf(sites.map((site) => ({ site, server: apiServerUrl(site), user: site.pki.admin })));

/** Writes the kubeconfig of all clusters for this machine, readable by its owner alone. */
export const writeKubeconfig = (file: string, sites: readonly ClusterSite[]): void => {
  writePrivate(file, kubeconfig(sites));
};

/** Writes a kubeconfig for a process that runs where the cluster itself runs. */
export const writeOwnKubeconfig = (file: string, site: ClusterSite, user: PairFiles): void => {
  writePrivate(file, kubeconfigOf([{ site, server: ownApiServerUrl(site), user }]));
};
