import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { apiServerUrl, type ClusterSite } from "./cluster";

const base64 = (file: string): string => readFileSync(file).toString("base64");

/** A kubeconfig with one context per cluster, each named like its cluster, as administrator by client certificate. */
export function kubeconfig(sites: readonly ClusterSite[]): string {
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": sites[0]?.plan.name ?? "",
      clusters: sites.map((site) => ({
        name: site.plan.name,
        cluster: {
          server: apiServerUrl(site),
          "certificate-authority-data": base64(site.pki.kubernetesCa.certFile),
        },
      })),
      users: sites.map(({ plan, pki }) => ({
        name: plan.name,
        user: {
          "client-certificate-data": base64(pki.admin.certFile),
          "client-key-data": base64(pki.admin.keyFile),
        },
      })),
      contexts: sites.map(({ plan: { name } }) => ({ name, context: { cluster: name, user: name } })),
    },
    undefined,
    2,
  );
}

/** Writes the kubeconfig, readable by its owner alone. */
export function writeKubeconfig(file: string, sites: readonly ClusterSite[]): void {
  writeFileSync(`${file}.new`, kubeconfig(sites), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
