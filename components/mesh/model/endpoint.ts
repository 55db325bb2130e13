import { canonicalIP, isIPAddress } from "./cidr";
import { isHostName } from "./names";

/** An etcd endpoint taken apart. */
export interface Endpoint {
  readonly url: string;
  /** Host name in lower case, or IP address without brackets. */
  readonly host: string;
  readonly isIP: boolean;
  readonly port: number;
}

/** An endpoint read, or why the text is none. */
export type ParsedEndpoint =
  { readonly ok: true; readonly endpoint: Endpoint } | { readonly ok: false; readonly reason: string };

const ENDPOINT = /^https:\/\/(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+):(\d{1,5})$/;

/**
 * Reads `https://host:port`. Nothing else is an etcd endpoint for a peer: without TLS the client certificate means nothing, and
 * etcd has no default port that a URL parser would know.
 */
export function parseEndpoint(url: string): ParsedEndpoint {
  const match = ENDPOINT.exec(url);
  const host = match?.[1]?.replace(/^\[|\]$/g, "");
  const port = Number(match?.[2]);
  if (host === undefined) {
    return { ok: false, reason: "is not an https URL with host and port and nothing behind it" };
  }
  if (port < 1 || port > 65535) {
    return { ok: false, reason: "has a port outside 1..65535" };
  }
  const isIP = isIPAddress(host) && host.includes(":") === url.includes("[");
  if (!isIP && (!isHostName(host) || url.includes("["))) {
    return { ok: false, reason: "has a host that is neither an IP address nor a DNS name" };
  }
  return { ok: true, endpoint: { url, host: isIP ? canonicalIP(host) : host.toLowerCase(), isIP, port } };
}

/** Two URLs that name the same listener have the same key. */
export function endpointKey(endpoint: Endpoint): string {
  return `${endpoint.host}|${String(endpoint.port)}`;
}
