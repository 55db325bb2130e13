import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { isPlainMap, type Plain, type PlainMap } from "../shared/value";

/** A kubeconfig's clusters, users and contexts by name. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, PlainMap>;
  readonly users: ReadonlyMap<string, PlainMap>;
  readonly contexts: ReadonlyMap<string, PlainMap>;
}

/** What a client needs to talk to one cluster. */
export interface Connection {
  readonly server: URL;
  readonly ca: Buffer | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly token: string | undefined;
  /** The namespace of the context, `default` when it has none. */
  readonly namespace: string;
}

const EMPTY: Kubeconfig = { currentContext: "", clusters: new Map(), users: new Map(), contexts: new Map() };
const PATHS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

const text = (value: Plain | undefined) => (typeof value === "string" ? value : "");

function asPlain(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(asPlain);
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asPlain(item)]));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

function named(list: Plain | undefined, key: string, folder: string): ReadonlyMap<string, PlainMap> {
  const entries = (Array.isArray(list) ? list : []).filter(isPlainMap);
  return new Map(
    entries.map((entry) => {
      const content = isPlainMap(entry[key]) ? { ...entry[key] } : {};
      for (const path of PATHS) if (text(content[path]) !== "") content[path] = resolve(folder, text(content[path]));
      return [text(entry["name"]), content];
    }),
  );
}

/** Reads a kubeconfig out of its YAML or JSON; relative paths in it start at `folder`. */
function load(content: string, folder: string): Kubeconfig {
  const root = asPlain(parse(content));
  if (!isPlainMap(root)) throw new Error("couldn't get version/kind; json parse error: the kubeconfig is not a map");
  return {
    currentContext: text(root["current-context"]),
    clusters: named(root["clusters"], "cluster", folder),
    users: named(root["users"], "user", folder),
    contexts: named(root["contexts"], "context", folder),
  };
}

/** A kubeconfig by its path (`~` is the home folder) or by its content; the empty text is an empty one. */
export function parseKubeconfig(pathOrContent: string): Kubeconfig {
  if (pathOrContent === "") return EMPTY;
  const path = pathOrContent.replace(/^~(?=\/|$)/, homedir());
  return existsSync(path) ? load(readFileSync(path, "utf8"), dirname(path)) : load(pathOrContent, process.cwd());
}

/** The files of `$KUBECONFIG` merged, the first one to name a thing winning; without it `~/.kube/config`. */
export function ambientKubeconfig(): Kubeconfig {
  const listed = (process.env["KUBECONFIG"] ?? "").split(":").filter((path) => path !== "");
  const paths = listed.length > 0 ? listed : [join(homedir(), ".kube", "config")];
  const merge = (first: ReadonlyMap<string, PlainMap>, next: ReadonlyMap<string, PlainMap>) =>
    new Map([...next, ...first]);
  return paths
    .filter((path) => existsSync(path))
    .map(parseKubeconfig)
    .reduce(
      (first, next) => ({
        currentContext: first.currentContext || next.currentContext,
        clusters: merge(first.clusters, next.clusters),
        users: merge(first.users, next.users),
        contexts: merge(first.contexts, next.contexts),
      }),
      EMPTY,
    );
}

/** The cluster that a context, or the current one, points to; undefined when there is none. */
export function activeCluster(config: Kubeconfig, context?: string, cluster?: string): PlainMap | undefined {
  const active = config.contexts.get(context ?? config.currentContext);
  return active && config.clusters.get(cluster ?? text(active["cluster"]));
}

function bytes(map: PlainMap, key: string): Buffer | undefined {
  const data = text(map[`${key}-data`]);
  if (data !== "") return Buffer.from(data, "base64");
  const path = text(map[key]);
  return path === "" ? undefined : readFileSync(path);
}

function tokenOf(user: PlainMap): string | undefined {
  if (user["exec"] !== undefined || user["auth-provider"] !== undefined) {
    throw new Error(
      "the stand-in of the kubernetes plugin knows client certificates and tokens, not exec or auth-provider users",
    );
  }
  const file = text(user["tokenFile"]);
  return text(user["token"]) || (file === "" ? undefined : readFileSync(file, "utf8").trim());
}

/** How to reach the cluster of a context, or of the current one. @throws when the kubeconfig does not say it. */
export function connection(config: Kubeconfig, contextName: string, clusterName: string): Connection {
  const name = contextName || config.currentContext;
  const context = config.contexts.get(name);
  if (context === undefined) {
    throw new Error(
      name === ""
        ? "invalid configuration: no configuration has been provided"
        : `context ${JSON.stringify(name)} does not exist`,
    );
  }
  const cluster = activeCluster(config, name, clusterName || undefined);
  if (cluster === undefined || text(cluster["server"]) === "")
    throw new Error(`no server found for context ${JSON.stringify(name)}`);
  const user = config.users.get(text(context["user"])) ?? {};
  return {
    server: new URL(text(cluster["server"])),
    ca: bytes(cluster, "certificate-authority"),
    serverName: text(cluster["tls-server-name"]) || undefined,
    verify: cluster["insecure-skip-tls-verify"] !== true,
    certificate: bytes(user, "client-certificate"),
    key: bytes(user, "client-key"),
    token: tokenOf(user),
    namespace: text(context["namespace"]) || "default",
  };
}
