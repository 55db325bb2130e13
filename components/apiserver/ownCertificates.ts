import { present } from "../basics/model/own";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import { progress } from "../command/protocol";
import { TRIES_AGAINST_OTHER_WRITERS } from "../identity/restoreConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { WriteConflict } from "../kubernetes/kubectlError";
import { rawItems } from "../kubernetes/model/items";
import { parseObject } from "../kubernetes/model/liveObject";
import { appliedPart, type ManagedFieldsEntry } from "../kubernetes/model/managedFields";
import { objectName } from "../kubernetes/model/managedObject";
import { findingError, formatDiagnostic } from "../mesh/model/diagnostic";
import { CERTIFICATE_ANNOTATION } from "./model/certificateClaim";
import {
  certificateHash,
  planRestore,
  planWrite,
  type CertificateStep,
  type Leaf,
  type LiveCertificate,
  type Outcome,
  type WrittenCertificate,
} from "./model/certificatePlan";

/** A Secret of Helm's whose certificate is replaced, and whose it is. */
export interface ReplacedCertificate {
  readonly cluster: string;
  readonly cilium: Pick<CiliumObjects, "namespace">;
  /** Name of the Secret. */
  readonly secret: string;
  readonly owner: string;
}

/** Such a Secret as it was when it was looked at. */
export interface SeenCertificate extends LiveCertificate {
  readonly uid: string;
  readonly version: string | undefined;
  readonly managedFields: readonly ManagedFieldsEntry[];
  readonly object: unknown;
}

type Write = Extract<CertificateStep, { readonly kind: "write" }>;

/** One write is enough; a second takes out what an owner's apply could not. With more, others write as often. */
const MOST_WRITES = 4;

function seenIn(json: string): SeenCertificate | undefined {
  const live = parseObject(json);
  if (live === undefined) return undefined;
  const { uid, annotations = {}, managedFields = [], resourceVersion: version } = live.metadata;
  return { uid, annotations, data: live.data ?? {}, managedFields, version, object: JSON.parse(json) as unknown };
}

/** The Secret of a certificate out of a list; `undefined` where there is none. */
export const certificateIn = (list: string, secret: string): SeenCertificate | undefined =>
  seenIn(rawItems(list).get(`secret/${secret}`) ?? "");

const look = async (
  api: ClusterApi,
  { cilium, secret }: Pick<ReplacedCertificate, "cilium" | "secret">,
): Promise<SeenCertificate | undefined> => seenIn(await api.object(`secret/${secret}`, cilium.namespace));

const withoutNull = <T>(record: Readonly<Record<string, T | null>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));

/** All that the owner has applied, with what is written: an apply without the rest would take the rest away. */
function applied(seen: SeenCertificate, { secret, cilium }: ReplacedCertificate, { data, annotation, owner }: Write) {
  const own = appliedPart(seen.object, seen.managedFields, owner.manager) as {
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
    readonly data?: Readonly<Record<string, string>>;
  };
  const { metadata = {} } = own;
  const annotations = withoutNull({ ...metadata.annotations, [CERTIFICATE_ANNOTATION]: annotation });
  const place = present({
    name: secret,
    namespace: cilium.namespace,
    uid: seen.uid,
    resourceVersion: seen.version,
  });
  return {
    ...own,
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, ...place, annotations },
    data: withoutNull({ ...own.data, ...data }),
  };
}

async function carryOut(api: ClusterApi, of: ReplacedCertificate, seen: SeenCertificate, write: Write): Promise<void> {
  const { manager, operation } = write.owner;
  if (operation === "Apply") {
    await api.apply(manager, applied(seen, of, write));
    return;
  }
  const annotations = { [CERTIFICATE_ANNOTATION]: write.annotation };
  const patch = { metadata: { resourceVersion: seen.version, annotations }, data: write.data };
  await api.patch([`secret/${of.secret}`], of.cilium.namespace, { manager, patch, isSecret: true });
}

const nameOf = ({ secret, cilium }: ReplacedCertificate): string =>
  objectName({ kind: "Secret", name: secret, namespace: cilium.namespace });

/** What is said once a write is done. */
const SAID: Readonly<Record<Outcome, readonly [weight: string, what: string]>> = {
  written: ["", "has a certificate for the cluster's name in the mesh, and keeps its own beside it"],
  restored: ["", "has its own certificate back"],
  others: ["warning: ", "has another certificate than this stack has written, and is left with it"],
  unknown: [
    "warning: ",
    "is left with the certificate for the cluster's name in the mesh, for what it had before is not in it any more; " +
      "helm upgrade --reuse-values has all of them signed again",
  ],
};

type Next = (live: SeenCertificate | undefined) => CertificateStep;

/** What is to be written next. @throws Error where nothing may be. */
function stepOf(of: ReplacedCertificate, next: Next, seen: SeenCertificate | undefined) {
  const step = next(seen);
  if (step.kind !== "refused") return step;
  const { property, ...rest } = step.finding;
  const finding = { cluster: of.cluster, property: `${nameOf(of)} ${property}`, ...rest };
  throw findingError(formatDiagnostic(finding), [finding]);
}

/**
 * Writes and looks by turns until nothing is to be done, while others may be writing; gives what is there then.
 *
 * @param first The Secret as it was seen last.
 */
async function writeUntilDone(
  api: ClusterApi,
  of: ReplacedCertificate,
  first: SeenCertificate | undefined,
  next: Next,
): Promise<SeenCertificate | undefined> {
  const said = (weight: string, what: string) => {
    progress(`${weight}cluster ${JSON.stringify(of.cluster)}: ${nameOf(of)} ${what}`);
  };
  let outcome: Outcome | undefined;
  for (let seen = first, writes = 0, late = 0; ; seen = await look(api, of)) {
    const step = stepOf(of, next, seen);
    if (step.kind === "leave") said("warning: ", `is left as it is: ${step.why}`);
    if (step.kind === "done" && outcome !== undefined) said(...SAID[outcome]);
    if (step.kind !== "write" || seen === undefined) return seen;
    if (writes === MOST_WRITES) {
      throw new Error(
        `cluster ${JSON.stringify(of.cluster)}: ${nameOf(of)} took what was written, and does not have it; ` +
          "see who else writes it, or which admission webhook changes it",
      );
    }
    try {
      await carryOut(api, of, seen, step);
      outcome ??= step.outcome;
      writes += 1;
    } catch (error) {
      late += 1;
      if (!(error instanceof WriteConflict) || late === TRIES_AGAINST_OTHER_WRITERS) throw error;
    }
  }
}

const writing =
  ({ owner }: ReplacedCertificate, leaf: Leaf): Next =>
  (live) =>
    live === undefined
      ? {
          kind: "refused",
          finding: {
            property: "tls.crt",
            reason: "is not there: this cluster's clustermesh-apiserver has no certificate to write to its etcd with",
            fix: "have Helm make it (helm upgrade --reuse-values), and run this again",
          },
        }
      : planWrite(live, leaf, owner);

/** @throws Error where {@link writeCertificate} would refuse to write: when there is no such Secret, or another stack's certificate is in it. */
export function checkCertificate(of: ReplacedCertificate, leaf: Leaf, seen: SeenCertificate | undefined): void {
  stepOf(of, writing(of, leaf), seen);
}

/**
 * Gives a Secret of Helm's a certificate of ours; what was there before is kept in it. It writes nothing where all is as it has to be, and can be
 * done again after a run that was killed at any time.
 *
 * @param first The Secret as it was seen last; absent where it was not there.
 * @throws Error as {@link checkCertificate}.
 */
export async function writeCertificate(
  api: ClusterApi,
  of: ReplacedCertificate,
  leaf: Leaf,
  first: SeenCertificate | undefined,
): Promise<WrittenCertificate> {
  const seen = await writeUntilDone(api, of, first, writing(of, leaf));
  return { written: certificateHash(seen?.data["tls.crt"]) };
}

/**
 * Gives a Secret back what it had before {@link writeCertificate}. A certificate that others have made since stays, which is said.
 *
 * @param last What was last written; absent where that is not known, and its annotation alone tells.
 * @param first The Secret as it was seen last; absent where it was not there.
 */
export async function restoreCertificate(
  api: ClusterApi,
  of: ReplacedCertificate,
  last: WrittenCertificate | undefined,
  first: SeenCertificate | undefined,
): Promise<void> {
  await writeUntilDone(api, of, first, (live) => planRestore(live, of.owner, last));
}
