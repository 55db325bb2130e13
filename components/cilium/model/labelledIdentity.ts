import { z } from "zod";
import { IDENTITY_KEYS } from "./kvstoreKeys";

/** An identity as agents keep it, in etcd or in a CiliumIdentity. */
export interface LabelledIdentity {
  readonly number: number;
  /** By source and key: `k8s:app`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Of an identity; 8 digits are more than its 24 bits have. */
const NUMBER = /^\d{1,8}$/;
const BY_NUMBER = new RegExp(`^${IDENTITY_KEYS}id/(\\d{1,8})$`);

/** The key of an identity in etcd. */
export const numberKey = (number: number): string => `${IDENTITY_KEYS}id/${String(number)}`;

/** Labels as etcd has them: `k8s:app=a;k8s:b=c;`. Their order is a part of it, and stays. See pkg/labels of Cilium. */
export const formatLabels = (labels: LabelledIdentity["labels"]): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value};`)
    .join("");

/** Reads them; `undefined` where they would not be written so again. */
function parseLabels(text: string): LabelledIdentity["labels"] | undefined {
  const labels = Object.fromEntries(
    text.split(";").flatMap((each) => {
      const at = each.indexOf("=");
      return at < 1 ? [] : [[each.slice(0, at), each.slice(at + 1)] as const];
    }),
  );
  return text !== "" && formatLabels(labels) === text ? labels : undefined;
}

/** What was read of identities, and how many of them could not be. */
export interface ReadIdentities {
  readonly identities: readonly LabelledIdentity[];
  readonly unread: number;
}

/**
 * Reads the identities of etcd.
 *
 * @param listing What `cilium-dbg kvstore get --recursive` prints: lines `<key> => <value>`, among lines of its log.
 */
export function kvstoreIdentities(listing: string): ReadIdentities {
  let unread = 0;
  const identities = listing.split("\n").flatMap((line): LabelledIdentity[] => {
    const at = line.indexOf(" => ");
    const [, number] = BY_NUMBER.exec(line.slice(0, Math.max(at, 0))) ?? [];
    if (number === undefined) return [];
    const labels = parseLabels(line.slice(at + 4).trim());
    if (labels !== undefined) return [{ number: Number(number), labels }];
    unread += 1;
    return [];
  });
  return { identities, unread };
}

const page = z.object({
  metadata: z.object({ continue: z.string().default("") }).prefault({}),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
      "security-labels": z.record(z.string(), z.string()).optional(),
    }),
  ),
});

/** A page of CiliumIdentities, and where the next one begins. */
export function identityPage(json: string): ReadIdentities & { readonly next: string } {
  const { metadata, items } = page.parse(JSON.parse(json));
  const identities = items.flatMap(({ metadata: { name }, "security-labels": labels }) =>
    NUMBER.test(name) && labels !== undefined ? [{ number: Number(name), labels }] : [],
  );
  return { identities, unread: items.length - identities.length, next: metadata.continue };
}

/** Namespace of the pods that have an identity: the one label by which Cilium labels its CiliumIdentity. */
const NAMESPACE = "io.kubernetes.pod.namespace";

/** The CiliumIdentity for these labels, as agents make it. See pkg/k8s/identitybackend of Cilium. */
export function ciliumIdentity({ number, labels }: LabelledIdentity): object {
  const namespace = labels[`k8s:${NAMESPACE}`];
  return {
    apiVersion: "cilium.io/v2",
    kind: "CiliumIdentity",
    metadata: { name: String(number), ...(namespace === undefined ? {} : { labels: { [NAMESPACE]: namespace } }) },
    "security-labels": labels,
  };
}
