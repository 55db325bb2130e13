import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, type Lab, type LabCluster } from "../../../lab";

const NAMESPACE = "--namespace=kube-system";
const RELEASE_SECRETS = ["secrets", "-n", "kube-system", "-l", "owner=helm,name=cilium"];

/** The lab's own Helm, on the release `cilium` of a cluster, with the chart and the values that it was installed from. */
export interface Helm {
  /** `helm upgrade` to what is installed. */
  upgrade(): Promise<void>;
  /** What `helm template` makes of a template of the chart. */
  template(file: string): Promise<string>;
  /** Gives the release back the revisions that it had, and removes Helm's own files. */
  close(): Promise<void>;
}

async function releases(cluster: LabCluster): Promise<readonly object[]> {
  const { stdout } = await cluster.run(["get", ...RELEASE_SECRETS, "-o", "json"]);
  const { items } = JSON.parse(stdout) as { readonly items: readonly { readonly metadata: object }[] };
  return items.map((item) => ({ ...item, metadata: { ...item.metadata, resourceVersion: undefined, uid: undefined } }));
}

/** Gets hold of a cluster's release. */
export async function helmOf(lab: Lab, cluster: LabCluster): Promise<Helm> {
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-helm-"));
  const homes = Object.fromEntries(
    ["CACHE", "CONFIG", "DATA"].map((kind) => [`HELM_${kind}_HOME`, join(folder, kind.toLowerCase())]),
  );
  const env = { ...process.env, ...homes, KUBECACHEDIR: join(folder, "kube-cache") };
  const where = [NAMESPACE, `--kubeconfig=${cluster.kubeconfig}`, `--kube-context=${cluster.context}`];
  const helm = (args: readonly string[]) => run(lab.bin.helm, [...args, ...where], { env });
  const values = join(folder, "values.json");
  await writeFile(values, (await helm(["get", "values", "cilium", "--output=json"])).stdout, { mode: 0o600 });
  const before = await releases(cluster);
  const chart = ["cilium", lab.bin.ciliumChart, `--values=${values}`];
  return {
    upgrade: async () => {
      await helm(["upgrade", ...chart]);
    },
    template: async (file) =>
      (await helm(["template", ...chart, `--show-only=templates/${file}`, "--validate", "--is-upgrade"])).stdout,
    close: async () => {
      await cluster.run(["delete", ...RELEASE_SECRETS]);
      await cluster.run(["create", "--field-manager=Helm", "--filename=-"], {
        stdin: JSON.stringify({ apiVersion: "v1", kind: "List", items: before }),
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
