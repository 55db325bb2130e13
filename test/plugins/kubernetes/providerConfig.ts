import { objectDiff } from "../shared/objectDiff";
import type * as api from "../shared/provider";
import { equal, isPlainMap, isUnknown, plainMap, type Plain, type PlainMap } from "../shared/value";
import { activeCluster, parseKubeconfig } from "./kubeconfig";

const CLUSTER_KEYS = ["kubeconfig", "context", "cluster"] as const;

const text = (value: Plain | undefined) => (typeof value === "string" && value !== "" ? value : undefined);

function clusterOf(config: PlainMap): PlainMap | undefined {
  const { kubeconfig } = config;
  const content = isPlainMap(kubeconfig) ? JSON.stringify(kubeconfig) : (text(kubeconfig) ?? "");
  return activeCluster(parseKubeconfig(content), text(config["context"]), text(config["cluster"]));
}

/**
 * What a changed provider means for everything made through it. Another active cluster in the kubeconfig is a replacement
 * of the provider, and with it of all its resources, unless a `clusterIdentifier` stayed the same; another identifier is one.
 * A path is read when the diff is made: what was in the file before is not known any more.
 */
export function diffConfig({ olds, news }: api.DiffRequest): api.DiffResponse {
  const old = plainMap(olds);
  const now = plainMap(news);
  const detailed = objectDiff(old, now, () => false);
  if (detailed.size === 0) return { changes: false, detailed };
  const changed = [...new Set([...detailed.keys()].map((path) => path.split(/[.[]/)[0] ?? path))];
  const before = text(old["clusterIdentifier"]);
  const after = text(now["clusterIdentifier"]);
  if (after !== undefined && before === after) return { changes: true, detailed, replaces: [] };
  const replaces = new Set<string>(before !== undefined && after !== undefined ? ["clusterIdentifier"] : []);
  const unknown = CLUSTER_KEYS.find((key) => {
    const value = now[key];
    return value !== undefined && isUnknown(value);
  });
  if (unknown !== undefined) return { changes: true, detailed, replaces: [...replaces, unknown] };
  const oldCluster = clusterOf(old);
  const newCluster = clusterOf(now);
  if (oldCluster !== undefined && newCluster !== undefined && !equal(oldCluster, newCluster)) {
    for (const key of CLUSTER_KEYS) if (changed.includes(key)) replaces.add(key);
  }
  return { changes: true, detailed, replaces: [...replaces] };
}
