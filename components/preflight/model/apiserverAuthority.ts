import type { LiveApiserver } from "../../apiserver/model/liveApiserver";
import { APISERVER_SECRETS } from "../../apiserver/model/objects";
import { present } from "../../basics/model/own";
import { issuedFaults } from "../../certificates/model/issuedClient";
import { certificatesIn, verifiedBy } from "../../certificates/model/x509/bundle";
import type { Certificate } from "../../certificates/model/x509/certificate";
import { signingFault } from "../../certificates/model/x509/chain";
import { error, info, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import type { ClientCertificates } from "../../mesh/model/publication";
import type { InspectedApiserver } from "./inspectedApiserver";
import type { PreflightPolicy } from "./policy";

type Policy = Pick<PreflightPolicy, "cilium" | "recorded">;

/** Whether the etcd of a clustermesh-apiserver would take what the CA in Secret `cilium-ca` signs, as far as that shows. */
function isTrusted({ ca, server }: LiveApiserver): boolean {
  const [cas, shown] = [certificatesIn(ca?.certificate ?? ""), certificatesIn(server?.certificate ?? "")];
  const trusted = certificatesIn(server?.trusted ?? "");
  if (trusted.length > 0) return cas.length === 0 || verifiedBy(cas, trusted) !== undefined;
  return shown.length === 0 || verifiedBy(shown, cas) !== undefined;
}

/**
 * What the CA of a clustermesh-apiserver can be used for; `undefined` where it is of no use. Beside certificates of cert-manager, or of a person's own,
 * there may be a Secret `cilium-ca` that is Hubble's alone. What Helm has made is signed by that Secret's CA, or was before it was replaced.
 */
export function clientCertificatesFound(apiserver: LiveApiserver): ClientCertificates | undefined {
  const { ca, server, remote } = apiserver;
  const isIssued = remote !== undefined && remote.keyBytes > 0 && remote.certificate !== undefined;
  const isOfAnother = server?.helmRelease === undefined && !isTrusted(apiserver);
  if (ca?.hasKey === true && !(isOfAnother && isIssued)) return "signed";
  return isIssued ? "issued" : undefined;
}

/** Whose certificates the peers of a cluster are given. */
export interface Authority {
  readonly kind: "given" | ClientCertificates;
  /** Where it is, in words. */
  readonly where: string;
  /** By which peers verify the server; none where they cannot be read, or are not known yet. */
  readonly trusted: readonly Certificate[];
  /** What its etcd has to trust: the CA that signs, or the certificate that peers show with what comes behind it. */
  readonly shown: readonly Certificate[];
}

/** The authority of a cluster, as it is planned. */
export function authorityOf({ cluster, live: { apiserver } }: InspectedApiserver): Authority {
  const { ca } = cluster.written ?? {};
  if (ca !== undefined) {
    const cas = [ca.certificate, ...(ca.trusted ?? [])].flatMap(certificatesIn);
    return { kind: "given", where: "apiserver.ca", trusted: cas, shown: cas };
  }
  if (cluster.clientCertificates === "issued") {
    const { certificate = "", trusted = "" } = apiserver?.remote ?? {};
    const where = `ca.crt of Secret ${APISERVER_SECRETS.remote}`;
    return { kind: "issued", where, trusted: certificatesIn(trusted), shown: certificatesIn(certificate) };
  }
  const cas = certificatesIn(apiserver?.ca?.certificate ?? "");
  return { kind: "signed", where: `the CA in Secret ${APISERVER_SECRETS.ca}`, trusted: cas, shown: cas };
}

const MAKE = "clustermesh.apiserver.tls.auto.method helm";

/** What keeps Secret `cilium-ca` from signing for the peers, where it has to. */
function ciliumCa({ live }: InspectedApiserver, at: Pick<Diagnostic, "cluster" | "property">): readonly Diagnostic[] {
  const { ca, remote } = live.apiserver ?? {};
  if (ca?.hasKey !== true) {
    const lacks = ca === undefined ? "is not there" : "has no ca.key";
    const other = `Secret ${APISERVER_SECRETS.remote}`;
    const also = remote === undefined ? "is not there either" : "has no tls.crt with its tls.key";
    const reason = `${lacks} (cert-manager, or own certificates), and ${other}, which all peers could use, ${also}`;
    const fix =
      `give the CA that has signed its certificates as apiserver.ca, or have ${other} made as the chart asks for it, or have Helm make all ` +
      `of them (${MAKE})`;
    return [error({ ...at, reason, fix })];
  }
  const [certificate] = certificatesIn(ca.certificate ?? "");
  const fix = `have Helm make the certificates (${MAKE}) with a CA of its own, or one given as tls.ca.cert and tls.ca.key`;
  if (certificate === undefined) return [error({ ...at, reason: "has no ca.crt that can be read", fix })];
  const fault = signingFault(certificate);
  return fault === undefined
    ? []
    : [error({ ...at, value: certificate.subject, reason: fault.reason, fix: fault.fix })];
}

/** Whether its peers have certificates of their own since the last up. */
function wasSigned({ cluster, live }: InspectedApiserver, { recorded }: Policy): boolean {
  const before = recorded[cluster.name];
  return before?.uid === live.uid && before.clientCertificates !== "issued";
}

/** What all peers of a cluster show alike: what that costs, and what keeps them from logging in with it. */
function issued(
  each: InspectedApiserver,
  at: Pick<Diagnostic, "cluster" | "property">,
  policy: Policy,
  now: Date,
): readonly Diagnostic[] {
  const { ca, remote } = each.live.apiserver ?? {};
  const why =
    ca === undefined
      ? `no Secret ${APISERVER_SECRETS.ca} is there`
      : ca.hasKey
        ? `its etcd does not trust Secret ${APISERVER_SECRETS.ca}`
        : `Secret ${APISERVER_SECRETS.ca} has no key`;
  const secret = { certificate: remote?.certificate ?? "", trusted: remote?.trusted ?? "" };
  const fix = "have it made again, or give the CA with its key as apiserver.ca";
  return [
    ...issuedFaults(secret, each.cluster.name, now).map(({ file, value, reason }) =>
      error(present({ ...at, property: `${at.property} ${file}`, value, reason, fix })),
    ),
    wasSigned(each, policy)
      ? warning({
          ...at,
          reason: `is shown by all peers from now on, for ${why}; until now each has a certificate of its own: they will share a key, and none of them can be refused alone`,
          fix: `give the CA with its key as apiserver.ca, or have Secret ${APISERVER_SECRETS.ca} made again with it, if that is not what you want`,
        })
      : info({
          ...at,
          reason: `is shown by all peers, for ${why}: they share its key, and none of them can be refused alone`,
          fix: "after each renewal, pulumi up hands it on; give apiserver.ca, and each peer has a certificate of its own",
        }),
  ];
}

/** A cluster that this program names, and for whose name nobody here can sign. */
function unnameable({ cluster }: InspectedApiserver, namespace: string): readonly Diagnostic[] {
  if (cluster.identity !== "set") return [];
  return [
    error({
      cluster: cluster.name,
      property: `Secret ${namespace}/${APISERVER_SECRETS.admin}`,
      reason: "has to be signed again for the name that is set here, and nobody here has the CA's key",
      fix: "give the CA with its key as apiserver.ca, or have name and id set where Cilium and its certificates are installed",
    }),
  ];
}

/** Which certificates the peers of a cluster are given, and what keeps them from being of use. */
export function authority(each: InspectedApiserver, policy: Policy, now: Date): readonly Diagnostic[] {
  const { cilium } = policy;
  const at = (secret: string) => ({ cluster: each.cluster.name, property: `Secret ${cilium.namespace}/${secret}` });
  switch (authorityOf(each).kind) {
    case "given":
      return [];
    case "signed":
      return ciliumCa(each, at(APISERVER_SECRETS.ca));
    case "issued":
      return [...unnameable(each, cilium.namespace), ...issued(each, at(APISERVER_SECRETS.remote), policy, now)];
  }
}
