import { parse } from "yaml";
import { z } from "zod";
import { endpointKey, parseEndpoint } from "../../mesh/model/endpoint";
import { etcdListeners } from "../../mesh/model/validateEndpoints";
import { findings, listed, type Findings } from "./findings";
import { agentSettings } from "./liveCluster";
import type { Found } from "./policy";

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

function endpointsIn(text: string): readonly string[] | undefined {
  try {
    const read = file.safeParse(parse(text));
    return read.success ? read.data.endpoints : undefined;
  } catch {
    return undefined;
  }
}

/** The endpoints by which a cluster's agents reach their etcd, or why nothing is known of them. */
function agentEndpoints(
  settings: Readonly<Record<string, string>>,
): { readonly urls: readonly string[] } | { readonly why: string } {
  const options = optionsOf(settings["kvstore-opt"] ?? "");
  const [path, address] = [options["etcd.config"], options["etcd.address"]];
  if (typeof path !== "string" || path === "") {
    return typeof address === "string" && address !== "" ? { urls: [address] } : { why: "kvstore-opt names none" };
  }
  if (!CHART_FILE.test(path)) {
    return { why: `it is in ${path}` };
  }
  const urls = endpointsIn(settings["etcd-config"] ?? "");
  return urls === undefined ? { why: "etcd-config names none" } : { urls };
}

/** An address that means something inside the cluster alone: nothing follows from its being another than the peers'. */
const INSIDE = /^https?:\/\/(127\.|localhost[:/]|\[::1\]|[^/:]+\.svc(\.|:|$)|[^/:.]+(:|$))/i;

/**
 * The etcd that peers are sent to, and the one that a cluster's agents write to. The same listener may have several addresses, so another one is a
 * warning and no more.
 */
export function agentEtcd({ member, live }: Found): Findings {
  const settings = agentSettings(live);
  if (settings === undefined || (settings["kvstore"] ?? "") === "") {
    return findings({});
  }
  const used = agentEndpoints(settings);
  const unseen = (why: string) => findings({ unseen: [{ cluster: member.name, what: "the agents' etcd", why }] });
  if ("why" in used) {
    return unseen(used.why);
  }
  const { urls } = used;
  const declared = new Set(etcdListeners(member.etcd));
  const isDeclared = (url: string) => {
    const parsed = parseEndpoint(url.replace(/\/$/, ""));
    return parsed.ok && declared.has(endpointKey(parsed.endpoint));
  };
  if (urls.some(isDeclared)) {
    return findings({});
  }
  if (urls.length > 0 && urls.every((url) => INSIDE.test(url))) {
    return unseen(`${listed(urls)} is an address inside the cluster`);
  }
  return findings({
    warnings: [
      {
        cluster: member.name,
        property: "etcd.endpoints",
        value: member.etcd.endpoints,
        reason: `are not those that its agents use (live etcd-config: ${listed(urls)})`,
        allowed:
          "peers would find nothing in an etcd that this cluster does not write to: name the same etcd, or make sure that both lead to it",
      },
    ],
  });
}
