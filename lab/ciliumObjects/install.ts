import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../host/run";
import { waitFor } from "../host/waitFor";
import type { Tools } from "../cache/tools";
import type { ClusterSite } from "../controlPlane/cluster";
import { kubectl, type ClusterAccess } from "../kubectl";
import { notEstablished } from "./establishedCrds";
import { ciliumValues } from "./values";

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

/** Brings a cluster to where a user of Cilium's chart is: cilium-config, DaemonSet, Deployment and the rest, owned by `helm`. */
export async function installCilium(tools: Tools, site: ClusterSite, access: ClusterAccess): Promise<void> {
  const values = JSON.stringify(ciliumValues(site));
  await once(site, "chart", `${tools.ciliumChart}\n${values}`, async () => {
    const file = join(site.dir, "cilium-values.json");
    writeFileSync(file, values, { mode: 0o600 });
    await kubectl(access, [...APPLY, "--filename=-"], { stdin: JSON.stringify(etcdSecret(site)) });
    const helm = ["upgrade", "--install", "cilium", tools.ciliumChart, "--namespace=kube-system", `--values=${file}`];
    const where = [`--kubeconfig=${access.kubeconfig}`, `--kube-context=${access.context}`];
    await run(tools.helm, [...helm, ...where], { env: helmEnvironment(site.dir) });
  });
}
