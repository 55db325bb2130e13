import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivate } from "../host/files";
import { run } from "../host/run";
import { waitFor } from "../host/waitFor";
import type { Tools } from "../cache/tools";
import type { ClusterSite } from "../controlPlane/cluster";
import { kubectl, type ClusterAccess } from "../kubectl";
import { notEstablished } from "./establishedCrds";
import { hasApiserver } from "./setup";
import { ciliumValues, type HelmValues } from "./values";

const CRDS_MS = 60_000;

const base64 = (file: string): string => readFileSync(file).toString("base64");

/** The client certificate for Cilium's own etcd, under the name and keys that the chart mounts. */
export function etcdSecret({ pki }: ClusterSite): Readonly<Record<string, unknown>> {
  const { ca, client } = pki.ciliumEtcd;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cilium-etcd-secrets", namespace: "kube-system" },
    data: {
      "etcd-client-ca.crt": base64(ca.certFile),
      "etcd-client.crt": base64(client.certFile),
      "etcd-client.key": base64(client.keyFile),
    },
  };
}

/** Folders of Helm's and kubectl's own files, so that nothing appears in the person's home. */
const helmEnvironment = (dir: string): NodeJS.ProcessEnv => ({
  ...process.env,
  HELM_CACHE_HOME: join(dir, "helm", "cache"),
  HELM_CONFIG_HOME: join(dir, "helm", "config"),
  HELM_DATA_HOME: join(dir, "helm", "data"),
  KUBECACHEDIR: join(dir, "kube-cache"),
});

/** Runs `work` unless it was done with the same `input` before: a second `up` undoes nothing that was changed since. */
async function once(site: ClusterSite, what: string, input: string, work: () => Promise<void>): Promise<void> {
  const marker = join(site.dir, `${what}.done`);
  const wanted = createHash("sha256").update(input).digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  await work();
  writeFileSync(marker, wanted, { mode: 0o600 });
}

const APPLY = [
  "apply",
  "--server-side",
  "--force-conflicts",
  "--field-manager=cilium-clustermesh-lab",
  "--validate=ignore",
];

/** Gives a cluster Cilium's CustomResourceDefinitions and waits until they are served. */
export const installCrds = (tools: Tools, site: ClusterSite, access: ClusterAccess): Promise<void> =>
  once(site, "crds", tools.ciliumCrds, async () => {
    await kubectl(access, [...APPLY, "--recursive", `--filename=${tools.ciliumCrds}`]);
    await waitFor(`${site.plan.name}: Cilium's CustomResourceDefinitions established`, CRDS_MS, async (note) => {
      const { stdout } = await kubectl(access, ["get", "customresourcedefinitions", "--output=json"]);
      const missing = notEstablished(stdout);
      note(`not established: ${missing.join(", ")}`);
      return missing.length === 0 ? true : undefined;
    });
  });

/** Runs `helm upgrade --install` of Cilium's chart; of several values the later ones win. */
async function helmUpgrade(
  tools: Tools,
  site: ClusterSite,
  access: ClusterAccess,
  values: Readonly<Record<string, HelmValues>>,
): Promise<void> {
  const files = Object.entries(values).map(([name, content]) => {
    const file = join(site.dir, `${name}.json`);
    writePrivate(file, JSON.stringify(content));
    return `--values=${file}`;
  });
  const helm = ["upgrade", "--install", "cilium", tools.ciliumChart, "--namespace=kube-system", ...files];
  const where = [`--kubeconfig=${access.kubeconfig}`, `--kube-context=${access.context}`];
  await run(tools.helm, [...helm, ...where], { env: helmEnvironment(site.dir) });
}

/** Brings a cluster to where a user of Cilium's chart is: cilium-config, DaemonSet, Deployment and the rest, owned by `helm`. */
export async function installCilium(tools: Tools, site: ClusterSite, access: ClusterAccess): Promise<void> {
  const values = ciliumValues(site);
  await once(site, "chart", `${tools.ciliumChart}\n${JSON.stringify(values)}`, async () => {
    if (!hasApiserver(site.cilium.mode)) {
      await kubectl(access, [...APPLY, "--filename=-"], { stdin: JSON.stringify(etcdSecret(site)) });
    }
    await helmUpgrade(tools, site, access, { "cilium-values": values });
  });
}

/**
 * Upgrades Cilium as a user does who has changed the values: those of the lab, with these over them. What an earlier upgrade was given is
 * not kept, and nobody waits for a roll-out.
 */
export const upgradeCilium = (
  tools: Tools,
  site: ClusterSite,
  access: ClusterAccess,
  values: HelmValues,
): Promise<void> =>
  helmUpgrade(tools, site, access, { "cilium-values": ciliumValues(site), "cilium-upgrade-values": values });
