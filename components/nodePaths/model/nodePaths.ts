import { isIP, isIPv6 } from "node:net";
import { z } from "zod";
import { present } from "../../basics/model/own";
import { isOn } from "../../cilium/model/agentBoolean";
import type { Fields } from "../../kubernetes/model/fields";

/**
 * What is asked on another node: the agent's health endpoint, which has a pod's address and so takes a pod's way, or the agent itself at
 * the node's own address. In a dual-stack cluster each of them by IPv4, and by IPv6 too.
 */
const BY_FIRST_FAMILY = ["endpoint", "host"] as const;
const BY_IPV6_TOO = ["endpointIPv6", "hostIPv6"] as const;

export const PATH_KINDS = [...BY_FIRST_FAMILY, ...BY_IPV6_TOO] as const;
export type PathKind = (typeof PATH_KINDS)[number];

/** The address of each kind, in words. */
const ADDRESS: Readonly<Record<PathKind, string>> = {
  endpoint: "endpoint address",
  host: "host address",
  endpointIPv6: "endpoint address of IPv6",
  hostIPv6: "host address of IPv6",
};

/** An agent, its node, and where its health checks answer. An address is absent where its CiliumNode has none. */
export interface HealthNode extends Readonly<Partial<Record<PathKind, string>>> {
  readonly agent: string;
  readonly node: string;
}

/** The way from one node of a cluster to another one of the same cluster, as the agent on the first tried it. */
export interface NodePath {
  readonly kind: PathKind;
  /** The agent that probes. */
  readonly agent: string;
  readonly from: string;
  readonly to: string;
  /** Where it probes; absent where the other node has no such address. */
  readonly address?: string;
}

/** A path and why it does not work; empty when it does. */
export interface TriedPath extends NodePath {
  readonly why: string;
}

/** What was found inside one cluster. */
export type PathReport =
  | { readonly kind: "probed"; readonly cluster: string; readonly paths: readonly TriedPath[] }
  | { readonly kind: "notProbed"; readonly cluster: string; readonly reason: string };

/** The IP families that agents serve: at an address of another one, which the node may have all the same, they do not listen. */
export interface Families {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** Whether and where a cluster's agents answer health checks, by its `cilium-config`. */
export type HealthChecking =
  | { readonly kind: "on"; readonly port: number; readonly families: Families }
  | { readonly kind: "off"; readonly key: string };

const SWITCHES = ["enable-health-checking", "enable-endpoint-health-checking"] as const;
const DEFAULT_HEALTH_PORT = 4240;

/** Reads the switches of health checking, both on unless one is off. */
export function healthChecking(config: Readonly<Record<string, string>>): HealthChecking {
  const key = SWITCHES.find((name) => !isOn(config[name], true));
  const port = Number(config["cluster-health-port"] ?? DEFAULT_HEALTH_PORT);
  const families = { ipv4: isOn(config["enable-ipv4"], true), ipv6: isOn(config["enable-ipv6"], true) };
  return key === undefined ? { kind: "on", port, families } : { kind: "off", key };
}

/** What of a CiliumNode {@link parseHealthAddresses} reads. */
export const HEALTH_FIELDS: Fields = {
  metadata: { name: "text" },
  spec: { addresses: [{ type: "text", ip: "text" }], health: { ipv4: "text", ipv6: "text" } },
};

const ciliumNode = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    addresses: z.array(z.object({ type: z.string(), ip: z.string() })).nullish(),
    health: z.object({ ipv4: z.string().nullish(), ipv6: z.string().nullish() }).nullish(),
  }),
});

/** Where the health checks of one node answer. */
export type HealthAddresses = Pick<HealthNode, PathKind>;

/** The address to ask, of IPv4 where there is one, and that of IPv6 beside it. */
function usable(
  candidates: readonly (string | null | undefined)[],
  families: Families,
): readonly [string | undefined, string | undefined] {
  const addresses = candidates.filter(
    (each): each is string => each != null && isIP(each) !== 0 && families[isIPv6(each) ? "ipv6" : "ipv4"],
  );
  const [ipv4, ipv6] = [addresses.find((each) => !isIPv6(each)), addresses.find(isIPv6)];
  return ipv4 === undefined ? [ipv6, undefined] : [ipv4, ipv6];
}

/**
 * Where the health checks of a cluster's nodes answer, by node, from its CiliumNodes (as `kubectl get -o json` prints them, by {@link HEALTH_FIELDS}). Each agent writes
 * its own: what the others have of it proves nothing, for they may have lost it, which is the very fault that is looked for.
 */
export function parseHealthAddresses(json: string, families: Families): ReadonlyMap<string, HealthAddresses> {
  const { items } = z.object({ items: z.array(ciliumNode) }).parse(JSON.parse(json));
  return new Map(
    items.map(({ metadata, spec }) => {
      const [endpoint, endpointIPv6] = usable([spec.health?.ipv4, spec.health?.ipv6], families);
      const internal = (spec.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ ip }) => ip);
      const [host, hostIPv6] = usable(internal, families);
      return [metadata.name, present({ endpoint, host, endpointIPv6, hostIPv6 })];
    }),
  );
}

/** A node probes so many others: in a large cluster all pairs would be a load of their own. */
const NEIGHBOURS = 8;

/** Those that follow a node in the ring of all nodes by name: every node probes as many as probe it. */
function neighboursOf(from: HealthNode, nodes: readonly HealthNode[]): readonly HealthNode[] {
  const ring = nodes.map(({ node }) => node).sort();
  const place = ring.indexOf(from.node);
  const next = new Set([...ring.slice(place + 1), ...ring.slice(0, Math.max(place, 0))].slice(0, NEIGHBOURS));
  return nodes.filter(({ node }) => next.has(node));
}

/** What is asked on another node: by IPv6 too where one of the two has both families. */
const kindsBetween = (from: HealthNode, to: HealthNode): readonly PathKind[] => [
  ...BY_FIRST_FAMILY,
  ...BY_IPV6_TOO.filter((kind) => from[kind] !== undefined || to[kind] !== undefined),
];

/** The paths that are tried from one node to others of its cluster: to all of them, or in a large cluster to some. */
export function pathsFrom(from: HealthNode, nodes: readonly HealthNode[]): readonly NodePath[] {
  return neighboursOf(from, nodes).flatMap((to) =>
    kindsBetween(from, to).map((kind): NodePath => {
      return present({ kind, agent: from.agent, from: from.node, to: to.node, address: to[kind] });
    }),
  );
}

const ANSWER = /^(\S+) (HTTP\/\S+ (\d+).*)$/;
const REFUSAL = /\/dev\/tcp\/(\S+)\/\d+: (.*)$/;

/**
 * Reads what {@link PROBE_SCRIPT} printed.
 *
 * @param said Its output; an error where it could not be run.
 */
export function triedPaths(
  paths: readonly NodePath[],
  said: string | { readonly error: string },
  limitSeconds: number,
): readonly TriedPath[] {
  const answers = new Map<string, string>();
  for (const line of typeof said === "string" ? said.split("\n") : []) {
    const [, answering, answer, code] = ANSWER.exec(line.trim()) ?? [];
    const [, refusing, reason] = REFUSAL.exec(line.trim()) ?? [];
    if (answering !== undefined) {
      answers.set(answering, code === "200" ? "" : `answers ${String(answer)}`);
    } else if (refusing !== undefined && reason !== undefined) {
      answers.set(refusing, reason);
    }
  }
  return paths.map((path) => {
    if (path.address === undefined) return { ...path, why: `its CiliumNode has no ${ADDRESS[path.kind]}` };
    const silence = typeof said === "string" ? `no answer within ${limitSeconds} s` : said.error;
    return { ...path, why: answers.get(path.address) ?? silence };
  });
}

/**
 * Asks health checks as `cilium-health` does (`GET /hello`), all at once. It is done here because `cilium-health status --probe` no longer
 * probes (since 1.17 it repeats a result that is minutes old), and in bash, which the agents' image has, for it has no other client.
 * Arguments: port, seconds to wait, addresses.
 */
export const PROBE_SCRIPT = `port=$1 limit=$2
shift 2
ask='exec 3<>"/dev/tcp/$1/$2" && printf "GET /hello HTTP/1.0\\r\\n\\r\\n" >&3 && IFS= read -r answer <&3 && printf "%s %s\\n" "$1" "$answer"'
for target; do timeout "$limit" bash -c "$ask" probe "$target" "$port" 2>&1 & done
wait`;
