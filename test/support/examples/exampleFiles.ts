import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** The folder of the examples. */
export const EXAMPLES_FOLDER = resolve(__dirname, "..", "..", "..", "examples");

const PREFIX = "clustermesh:";
const STACK_FILE = /^Pulumi\.(.+)\.yaml$/;

/** The examples by name: each is a stack's file, and a folder with what its clusters are made from. */
export const EXAMPLES: readonly string[] = readdirSync(EXAMPLES_FOLDER)
  .flatMap((name) => STACK_FILE.exec(name)?.[1] ?? [])
  .sort();

const text = (...path: readonly string[]): string => readFileSync(join(EXAMPLES_FOLDER, ...path), "utf8");

const stackFile = z.object({ config: z.record(z.string().startsWith(PREFIX), z.unknown()) });

/** The settings of an example's stack, by their names. */
export function stackValues(example: string): Readonly<Record<string, unknown>> {
  const { config } = stackFile.parse(parse(text(`Pulumi.${example}.yaml`)));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.slice(PREFIX.length), value]));
}

const clusters = z.record(z.string(), z.looseObject({ id: z.number(), context: z.string() }));

/** The clusters of an example as its stack has them, by name. */
export const clustersOf = (example: string): z.infer<typeof clusters> =>
  clusters.parse(stackValues(example)["clusters"]);

/** What a cluster of an example was made from, beside Cilium's values: `kind`, `kubeadm`, or `config` of RKE2 and k3s. */
export function clusterFile(example: string, cluster: string, what: "kind" | "kubeadm" | "config"): unknown {
  return parse(text(example, `${cluster}.${what}.yaml`));
}

const values = z.record(z.string(), z.unknown());
const ofHelmController = z.object({
  kind: z.enum(["HelmChart", "HelmChartConfig"]),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ valuesContent: z.string() }),
});
const application = z.object({
  kind: z.literal("Application"),
  spec: z.object({ source: z.object({ helm: z.object({ valuesObject: values }) }) }),
});

/** Values of Cilium's chart, and who gives them to it. */
export interface ChartValues {
  readonly from: "helm" | "HelmChart" | "HelmChartConfig" | "Application";
  /** Those of later ones win. */
  readonly values: readonly z.infer<typeof values>[];
}

const mirrored = (name: string) => ({ repository: `rancher/mirrored-cilium-${name}`, useDigest: false });

/**
 * What RKE2's own chart sets otherwise than Cilium's, as far as a mesh may depend on it (`rke2-cilium`, values.yaml.patch of 2026-08-20).
 */
const RKE2_DEFAULTS = {
  image: mirrored("cilium"),
  clustermesh: { apiserver: { image: mirrored("clustermesh-apiserver") } },
  cni: { chainingMode: "portmap", exclusive: false },
  envoy: { enabled: false },
  hubble: { enabled: false },
  ipam: { mode: "kubernetes" },
} as const;

/** The values with which Cilium is installed in a cluster of an example, by whatever file has them. */
export function chartValues(example: string, cluster: string): ChartValues {
  const ofHelm = `${cluster}.values.yaml`;
  if (existsSync(join(EXAMPLES_FOLDER, example, ofHelm))) {
    return { from: "helm", values: [values.parse(parse(text(example, ofHelm)))] };
  }
  const ofArgo = `${cluster}.application.yaml`;
  if (existsSync(join(EXAMPLES_FOLDER, example, ofArgo))) {
    const { spec } = application.parse(parse(text(example, ofArgo)));
    return { from: "Application", values: [spec.source.helm.valuesObject] };
  }
  const { kind, spec } = ofHelmController.parse(parse(text(example, `${cluster}.cilium.yaml`)));
  const own = values.parse(parse(spec.valuesContent));
  return { from: kind, values: kind === "HelmChartConfig" ? [RKE2_DEFAULTS, own] : [own] };
}
