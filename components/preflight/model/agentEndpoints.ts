import { z } from "zod";
import { foreignYaml } from "../../basics/model/foreignYaml";
import { hiddenSource } from "../../cilium/model/agentOptions";
import { addressRange, contains, rangesOf } from "../../mesh/model/cidr";
import { parseEndpoint } from "../../mesh/model/endpoint";
import { agentSettings, type ReachableCluster } from "./liveCluster";

const file = z.object({ endpoints: z.array(z.string()) });

/** The file that the chart makes of key `etcd-config`. */
const CHART_FILE = /\/etcd\.config$/;

function optionsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null ? { ...read } : {};
  } catch {
    // Cilium's other way to write a map.
    return Object.fromEntries(text.split(",").map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
  }
}

const endpointsIn = (text: string): readonly string[] | undefined => file.safeParse(foreignYaml(text)).data?.endpoints;

/** The endpoints by which a cluster's agents reach their etcd, or why nothing is known of them; `undefined` where they use none. */
export function agentEndpoints(
  live: ReachableCluster,
): { readonly urls: readonly string[] } | { readonly why: string } | undefined {
  const settings = agentSettings(live);
  if (settings === undefined || (settings["kvstore"] ?? "") === "") return undefined;
  const hidden = hiddenSource(live.agent?.options, "kvstore-opt");
  if (hidden !== undefined) return { why: `the DaemonSet takes kvstore-opt from ${hidden}` };
  const options = optionsOf(settings["kvstore-opt"] ?? "");
  const [path, address] = [options["etcd.config"], options["etcd.address"]];
  if (typeof path !== "string" || path === "") {
    return typeof address === "string" && address !== "" ? { urls: [address] } : { why: "kvstore-opt names none" };
  }
  if (!CHART_FILE.test(path)) return { why: `it is in ${path}` };
  const urls = endpointsIn(settings["etcd-config"] ?? "");
  return urls === undefined ? { why: "etcd-config names none" } : { urls };
}

const INSIDE = /^https?:\/\/(127\.|169\.254\.|localhost[:/]|\[::1\]|\[fe80:|[^/:]+\.svc(\.|:|$)|[^/:.[]+(:|$))/i;

/** Whether an address means something inside the cluster alone, as that of a Service does: nothing follows from its being another than the peers'. */
export function isInside(url: string, { network }: ReachableCluster): boolean {
  const parsed = readEndpoint(url);
  const address = parsed.ok ? addressRange(parsed.endpoint.host) : undefined;
  const services = rangesOf(network?.serviceCIDRs ?? []);
  return INSIDE.test(url) || (address !== undefined && services.some((range) => contains(range, address)));
}

/** Takes an endpoint of the agents' apart: they may have a slash behind it, and do without TLS. */
export const readEndpoint = (url: string): ReturnType<typeof parseEndpoint> =>
  parseEndpoint(url.replace(/\/$/, "").replace(/^http:/i, "https:"));
