import { own } from "../../basics/model/own";
import { SHARED_AUTHORITY } from "../../certificates/model/certificates";
import type { CaId, CaTrust, KeyRevisions, IssueRecord } from "../../certificates/model/keyRevisions";
import { error, info, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { isClientCertificate } from "../../peers/model/peerFile";

/** What a cluster's live Secret was issued as, by its annotation; no record where it has none. */
export interface Recorded {
  readonly cluster: string;
  readonly record: IssueRecord | undefined;
  /** The certificates among the files of the Secret, by name. */
  readonly files: readonly string[];
}

/** What a run is about to issue, in the words of the record. */
export interface Wanted {
  readonly record: IssueRecord;
  readonly authority: "generated" | "adopted";
  /** Where the CA of an authority is in the configuration, by its name. @default that of all, or `etcd.ca` of a cluster */
  readonly places?: Readonly<Record<string, Place>>;
}

type Place = Pick<Diagnostic, "cluster" | "property">;

/** Live clusters that are at the same point with an authority. */
interface Point {
  readonly authority: string;
  readonly live: CaTrust;
  readonly wanted: CaTrust;
  readonly clusters: readonly string[];
  readonly place: Place;
}

const placeOf = (authority: string): Place =>
  authority === SHARED_AUTHORITY ? { property: "clustermesh:ca" } : { cluster: authority, property: "etcd.ca" };

/** Where the clusters are with each authority: clusters at the same point are judged, and reported, together. */
function points(recorded: readonly Recorded[], { record: wanted, places = {} }: Wanted): readonly Point[] {
  const found = new Map<string, Point>();
  for (const { cluster, record } of recorded) {
    for (const [authority, live] of Object.entries(record?.authorities ?? {})) {
      const next = own(wanted.authorities, authority);
      const key = JSON.stringify([authority, live]);
      if (next !== undefined) {
        const clusters = [...(found.get(key)?.clusters ?? []), cluster];
        const place = own(places, authority) ?? placeOf(authority);
        found.set(key, { authority, live, wanted: next, clusters, place });
      }
    }
  }
  return [...found.values()];
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return `cluster${names.length === 1 ? "" : "s"} ${shown.join(", ")}${more}`;
}

const same = (a: CaTrust, b: CaTrust) => JSON.stringify(a) === JSON.stringify(b);

/** Whether both are of one kind: from a generated to an adopted authority there is no way on which both are trusted. */
const sameKind = ({ live, wanted }: Point) => typeof live.signs === typeof wanted.signs;

/** Where the setting is that a person changes. */
function at({ place, wanted }: Point): Pick<Diagnostic, "cluster" | "property" | "value"> {
  if (typeof wanted.signs === "number") {
    const rest = wanted.trusts.filter((id) => id !== wanted.signs);
    return { property: "clustermesh:keyRevisions.authority", value: [wanted.signs, ...rest] };
  }
  return place;
}

const named = (id: CaId): string => (typeof id === "number" ? `revision ${id}` : `the CA of key ${id}`);

/** The step to take first: both trusted, and `signs` signing. */
function bothTrusted(signs: CaId, other: CaId): string {
  return typeof signs === "number"
    ? `set clustermesh:keyRevisions.authority to [${signs},${other}]`
    : `give ${named(signs)} as certificate and privateKey and the certificate of ${named(other)} in trusted`;
}

/** How the etcd of a clustermesh-apiserver comes to trust two CAs. */
export const APISERVER_TRUSTS_BOTH =
  "have its clustermesh-apiserver trust both (tls.caBundle of the chart) and restart it, for its etcd reads that only at start";

const RESTART = "restart every etcd with both in its --trusted-ca-file (etcd reads it only at start)";

const restarted = ({ place }: Point): string => (place.property === "apiserver.ca" ? APISERVER_TRUSTS_BOTH : RESTART);

/**
 * Steps of a rotation that would leave a cluster without a working pair: a CA begins to sign that a cluster does not trust yet, or the one
 * that has signed what is in use is trusted no more. Both must be trusted while the signer changes.
 */
export function unsafeSteps(recorded: readonly Recorded[], wanted: Wanted): readonly Diagnostic[] {
  return points(recorded, wanted)
    .filter(sameKind)
    .flatMap((point): Diagnostic[] => {
      const { live, wanted, clusters } = point;
      if (!live.trusts.includes(wanted.signs)) {
        const reason = `lets ${named(wanted.signs)} sign, which ${quoted(clusters)} ${clusters.length === 1 ? "does" : "do"} not trust yet`;
        const fix = `first ${bothTrusted(live.signs, wanted.signs)}, pulumi up, and ${restarted(point)}`;
        return [error({ ...at(point), reason, fix: `${fix}; then ${bothTrusted(wanted.signs, live.signs)}` })];
      }
      if (!wanted.trusts.includes(live.signs)) {
        const reason = `drops ${named(live.signs)}, which has signed what ${quoted(clusters)} ${clusters.length === 1 ? "has" : "have"}`;
        const fix = `first ${bothTrusted(wanted.signs, live.signs)}, and pulumi up; then drop it`;
        return [error({ ...at(point), reason, fix })];
      }
      return [];
    });
}

/**
 * Revisions other than 1 where it is not known which are live: the engine would take today's key for one of the new revision, and keep it.
 */
export function unknownKeyRevisions(recorded: readonly Recorded[], keyRevisions: KeyRevisions): readonly Diagnostic[] {
  const unknown = recorded
    .filter(({ record, files }) => record === undefined && files.some(isClientCertificate))
    .map(({ cluster }) => cluster);
  const changed = keyRevisions.client !== 1 || keyRevisions.server !== 1 || keyRevisions.authority.join() !== "1";
  const reason = `is set, and nothing says what ${quoted(unknown)} ${unknown.length === 1 ? "has" : "have"}`;
  const fix = "remove it, pulumi up once, which writes that down, and set it again";
  return changed && unknown.length > 0
    ? [error({ property: "clustermesh:keyRevisions", value: keyRevisions, reason, fix })]
    : [];
}

/** What this run does to keys and CAs, and what a person has to have done before or does next. */
export function plannedSteps(recorded: readonly Recorded[], wanted: Wanted): readonly Diagnostic[] {
  const all = points(recorded, wanted).filter(({ live, wanted: next }) => !same(live, next));
  const replaced = all
    .filter((point) => !sameKind(point))
    .map((point): Diagnostic => {
      const reason = `replaces the authority of ${quoted(point.clusters)}, and nothing trusts both`;
      const fix = "peers are lost until every etcd serves and trusts certificates of the new one";
      return warning({ ...at(point), reason, fix });
    });
  return [...replaced, ...renewedKeys(recorded, wanted), ...all.filter(sameKind).flatMap(trustSteps)];
}

function trustSteps(point: Point): readonly Diagnostic[] {
  const { live, wanted } = point;
  const added = wanted.trusts.filter((id) => !live.trusts.includes(id));
  const dropped = live.trusts.filter((id) => !wanted.trusts.includes(id));
  const next = `then ${restarted(point)}; it can sign after that`;
  const unneeded = "nothing needs it any more once every etcd and every agent has this run's certificates";
  const rolled = `this run issues every certificate again; every etcd must have been restarted since it became trusted, and its own cluster's agents trust it`;
  return [
    ...added.map((id) => info({ ...at(point), reason: `makes ${named(id)} trusted`, fix: next })),
    ...dropped.map((id) => info({ ...at(point), reason: `drops ${named(id)}`, fix: unneeded })),
    ...(live.signs === wanted.signs
      ? []
      : [warning({ ...at(point), reason: `lets ${named(wanted.signs)} sign`, fix: rolled })]),
  ];
}

function renewedKeys(recorded: readonly Recorded[], { record: wanted, authority }: Wanted): readonly Diagnostic[] {
  const kinds = [
    { key: "client", what: "client key and certificate" },
    ...(authority === "generated" ? [{ key: "server", what: "etcd server key and certificate" } as const] : []),
  ] as const;
  return recorded.flatMap(({ cluster, record }) =>
    kinds.flatMap(({ key, what }): Diagnostic[] => {
      if (record === undefined || record[key] === wanted[key]) return [];
      const reason = `go from revision ${record[key]} to ${wanted[key]}`;
      return [info({ cluster, property: what, reason, fix: "this run renews both" })];
    }),
  );
}
