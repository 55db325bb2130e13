import { parse, stringify } from "yaml";
import { z } from "zod";

const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).default({}) });

/** A stack's configuration for a preview on paper, or why there can be none. */
export type PaperStack =
  | { readonly kind: "ready"; readonly text: string }
  /** The keys whose values only the stack's own secrets provider can read. */
  | { readonly kind: "encrypted"; readonly keys: readonly string[] }
  /** The stack that has its mesh, and is in the backend alone. */
  | { readonly kind: "cluster"; readonly of: string };

const CLUSTERS = "clustermesh:clusters";
const WAIT = "clustermesh:wait";
const ROLE = "clustermesh:role";
const AUTHORITY_STACK = "clustermesh:authorityStack";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** On paper no cluster is asked, so a context that does not exist is as good as a kubeconfig that cannot be read. */
function withoutKubeconfig(clusters: unknown): unknown {
  if (!isObject(clusters)) return clusters;
  return Object.fromEntries(
    Object.entries(clusters).map(([name, cluster]) => {
      if (!isObject(cluster) || !("kubeconfig" in cluster)) return [name, cluster];
      const rest = Object.entries(cluster).filter(([key]) => key !== "kubeconfig");
      return [name, { ...Object.fromEntries(rest), context: name }];
    }),
  );
}

function encryptedKeys(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => encryptedKeys(each, `${path}[${index}]`));
  if (!isObject(value)) return [];
  if ("secure" in value) return [path];
  return Object.entries(value).flatMap(([key, each]) => encryptedKeys(each, path === "" ? key : `${path}.${key}`));
}

/** Turns the text of a `Pulumi.<stack>.yaml` into one that needs neither clusters nor secrets. */
export function paperStack(text: string): PaperStack {
  const { config } = stackFile.parse(parse(text) ?? {});
  if (config[ROLE] === "cluster") {
    return { kind: "cluster", of: String(config[AUTHORITY_STACK]) };
  }
  const clusters = CLUSTERS in config ? { [CLUSTERS]: withoutKubeconfig(config[CLUSTERS]) } : {};
  const wait = { [WAIT]: { ...(isObject(config[WAIT]) ? config[WAIT] : {}), preflight: false } };
  // An authority stack has no preflight to switch off.
  const onPaper = { ...config, ...clusters, ...(config[ROLE] === "authority" ? {} : wait) };
  const keys = encryptedKeys(onPaper, "");
  return keys.length > 0 ? { kind: "encrypted", keys } : { kind: "ready", text: stringify({ config: onPaper }) };
}
