import { isIP } from "node:net";
import { z } from "zod";
import { isObjectName } from "../../mesh/model/names";

/**
 * A pod, as its agent tells which one it is: by its name, or, since Cilium 1.20, by its address alone (`EndpointIdentifiers` of Cilium's API has lost
 * `k8s-pod-name` and `k8s-namespace`). The namespace is empty while the pod has no labels yet.
 */
export type PodRef =
  | { readonly by: "name"; readonly namespace: string; readonly name: string }
  | { readonly by: "address"; readonly namespace: string; readonly address: string };

/** The endpoint of a pod. */
export interface PodEndpoint {
  readonly pod: PodRef;
  /** Which identity it has; 0 until it has one. */
  readonly identity: number;
  /** Whether its programs run with the identity and the policy that it has. While it changes they may still run with those from before. */
  readonly settled: boolean;
}

/** What an agent says of its endpoints. */
export interface Endpoints {
  readonly pods: readonly PodEndpoint[];
  /** Whether it has taken up those that there were before its start. It is ready, and answers, earlier than that: then with none. */
  readonly restored: boolean;
}

/** A pod in words, such as `shop/cart-0` or `shop/10.0.1.7`. */
export const podText = (pod: PodRef): string => `${pod.namespace}/${pod.by === "name" ? pod.name : pod.address}`;

const text = z.string().default("");

const endpoint = z.object({
  status: z
    .object({
      state: z.string().nullish(),
      identity: z.object({ id: z.int().default(0), labels: z.array(z.string()).nullish() }).nullish(),
      networking: z.object({ addressing: z.array(z.object({ ipv4: text, ipv6: text })).nullish() }).nullish(),
      "external-identifiers": z
        .object({ "k8s-namespace": text, "k8s-pod-name": text, "cni-attachment-id": text })
        .nullish(),
    })
    .nullish(),
});

const endpoints = z.array(endpoint).nullable();

/** The state of an endpoint that has been made again since it was changed, or since its agent has started. */
const READY = "ready";

/** The label that every pod's identity has. */
const NAMESPACE = "k8s:io.kubernetes.pod.namespace=";

/** The identity of a host. An agent has its endpoint once it has restored those that there were (`WaitForEndpointRestoreWithoutRegeneration`). */
const HOST = 1;

/** What may stand in a command that is shown: anything else is no name and no address, and could be taken for a flag. */
const safeName = (value: string): string => (isObjectName(value) ? value : "");
const safeAddress = (value: string): string => (isIP(value) === 0 ? "" : value);

const namespaceOf = (labels: readonly string[]): string =>
  safeName(labels.find((each) => each.startsWith(NAMESPACE))?.slice(NAMESPACE.length) ?? "");

/** Which pod an endpoint is of; `undefined` for those that no CNI plugin has made: of the host, the health check and the ingress. */
function podOf({ status }: z.infer<typeof endpoint>): PodRef | undefined {
  const told = status?.["external-identifiers"];
  if (told === null || told === undefined) return undefined;
  const { "k8s-namespace": namespace, "k8s-pod-name": name } = told;
  if (isObjectName(namespace) && isObjectName(name)) return { by: "name", namespace, name };
  if (told["cni-attachment-id"] === "") return undefined;
  const [{ ipv4, ipv6 } = { ipv4: "", ipv6: "" }] = status?.networking?.addressing ?? [];
  const labelled = namespaceOf(status?.identity?.labels ?? []);
  return { by: "address", namespace: labelled, address: safeAddress(ipv4 === "" ? ipv6 : ipv4) };
}

/** Reads `cilium-dbg endpoint list -o json`. @throws Error when the text is no such list. */
export function parseEndpoints(json: string): Endpoints {
  const all = endpoints.parse(JSON.parse(json)) ?? [];
  const pods = all.flatMap((each) => {
    const pod = podOf(each);
    if (pod === undefined) return [];
    return [{ pod, identity: each.status?.identity?.id ?? 0, settled: each.status?.state === READY }];
  });
  return { pods, restored: all.some(({ status }) => status?.identity?.id === HOST) };
}
