import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { run, type Tools } from "../../../lab";
import { chartValues, type ChartValues } from "./exampleFiles";

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  data: z.record(z.string(), z.string()).optional(),
});

/** An object as Cilium's chart has it. */
export type RenderedObject = z.infer<typeof object>;

const rendered = z.object({ values: z.string(), objects: z.array(object) });

/** What Cilium's chart makes of values, as far as a mesh depends on it, and of which values: by their digest. */
export type Rendered = z.infer<typeof rendered>;

const KINDS = ["ConfigMap cilium-config", "DaemonSet cilium", "Deployment cilium-operator"] as const;
const KINDS_OF_APISERVER = ["Deployment clustermesh-apiserver", "Service clustermesh-apiserver"] as const;
const KEPT: ReadonlySet<string> = new Set([...KINDS, ...KINDS_OF_APISERVER]);

/** What of a pod no mesh depends on. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...["affinity", "lifecycle", "livenessProbe", "readinessProbe", "resources", "securityContext", "startupProbe"],
  ...["terminationMessagePolicy", "tolerations", "topologySpreadConstraints"],
]);

/** The same, as it was given. */
function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (LEFT_OUT.has(key) ? [] : [[key, without(each)]])),
  );
}

/** A digest of the values that a cluster of an example has. */
export const valuesDigest = ({ values }: ChartValues): string =>
  createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);

/** The Kubernetes for which charts are rendered: without one, Helm takes another. */
const KUBERNETES = "1.36.3";

/** Renders Cilium's chart with the values of a cluster of an example. */
export async function render({ helm, ciliumChart }: Tools, example: string, cluster: string): Promise<Rendered> {
  const given = chartValues(example, cluster);
  const folder = await mkdtemp(join(tmpdir(), "clustermesh-example-"));
  try {
    const files = given.values.map((_, index) => join(folder, `${String(index)}.json`));
    await Promise.all(files.map((file, index) => writeFile(file, JSON.stringify(given.values[index]))));
    const how = ["--namespace=kube-system", `--kube-version=${KUBERNETES}`, ...files.map((file) => `--values=${file}`)];
    const env = { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    const { stdout } = await run(helm, ["template", "cilium", ciliumChart, ...how], { env });
    const all = parseAllDocuments(stdout).flatMap((each) => object.safeParse(each.toJS()).data ?? []);
    const objects = all.filter(({ kind, metadata }) => KEPT.has(`${kind} ${metadata.name}`));
    return rendered.parse(without({ values: valuesDigest(given), objects }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const FIXTURES = resolve(__dirname, "..", "..", "fixtures", "examples");

/** Where it is kept what the chart makes for a cluster of an example. */
export const renderedFile = (example: string, cluster: string): string => join(FIXTURES, `${example}-${cluster}.json`);

/** What the chart made for a cluster of an example when that was last recorded. */
export const recordedRendering = (example: string, cluster: string): Rendered =>
  rendered.parse(JSON.parse(readFileSync(renderedFile(example, cluster), "utf8")));
