import type { X509Certificate } from "node:crypto";
import { z } from "zod";
import { attempt } from "../../basics/model/attempt";
import { present } from "../../basics/model/own";
import { caFingerprint } from "../../certificates/model/adoptedCa";
import { certificateOf } from "../../certificates/model/x509/certificate";
import { LONGEST_PEM } from "../../certificates/model/x509/pem";
import { alternativeNamesOf, commonNameOf, type AlternativeNames } from "../../certificates/model/x509/subject";
import { flagsOf } from "../../kubernetes/model/commandLine";
import type { LiveObject } from "../../kubernetes/model/liveObject";
import { HELM_RELEASE_ANNOTATION } from "../../kubernetes/model/ownership";
import { isIPAddress } from "../../mesh/model/cidr";
import { isHostName } from "../../mesh/model/names";
import { seenUsers, type SeenUsers } from "./liveUsers";
import { APISERVER, APISERVER_CONTAINERS, APISERVER_SECRETS, HUBBLE_SECRET, REMOTE_USERS } from "./objects";

/** The Service of a clustermesh-apiserver. */
export interface ApiserverService {
  /** Such as `NodePort`. */
  readonly type: string;
  readonly port: number;
  readonly nodePort?: number;
  /** Only nodes with a pod of it answer (`externalTrafficPolicy: Local`). */
  readonly isLocal?: true;
  /** What a load balancer has given it. */
  readonly ingress: { readonly addresses: readonly string[]; readonly hostnames: readonly string[] };
}

/** The server certificate of its etcd, and whom that etcd trusts. */
export interface ApiserverServer extends AlternativeNames {
  /** `tls.crt`: certificates that come behind the first are those between it and the CA. */
  readonly certificate: string;
  /** `ca.crt`; absent where the etcd has it from elsewhere (`tls.caBundle`). */
  readonly trusted?: string;
  /** The release of Helm that has made it; absent where that is another one's. */
  readonly helmRelease?: string;
}

/** The certificate that was made for all peers of a cluster. The key is not kept. */
export interface ApiserverRemote {
  readonly certificate?: string;
  readonly trusted?: string;
  /** Of the key; none where there is no key. */
  readonly keyBytes: number;
}

/** A CA of which the key is not kept. */
export interface LiveCa {
  readonly certificate?: string;
  readonly hasKey: boolean;
  /** By what it is known; absent where it cannot sign. */
  readonly fingerprint?: string;
}

/** The clustermesh-apiserver of a cluster, as far as a mesh depends on it. */
export interface LiveApiserver {
  /** The names of its containers, but for those that only prepare it. */
  readonly containers: readonly string[];
  readonly replicas: number;
  readonly readyReplicas: number;
  /** The chart that its labels name, such as `cilium-1.20.2`. */
  readonly chart?: string;
  readonly helmRelease?: string;
  readonly service?: ApiserverService;
  /** Secret `cilium-ca`; absent where it is missing. */
  readonly ca?: LiveCa;
  readonly server?: ApiserverServer;
  /** Secret `clustermesh-apiserver-remote-cert`; absent where it is missing. */
  readonly remote?: ApiserverRemote;
  /** When the Deployment last changed, or had a pod less: no pod that it had all the time is younger. Absent where it does not tell. */
  readonly unchangedSince?: Date;
  readonly adminCommonName?: string;
  readonly localCommonName?: string;
  /** Changes with every write to these two; absent where that is not told. */
  readonly certificatesVersion?: string;
  readonly hasHubbleCertificate?: true;
  /** The users that peers log in as: whether it takes them from its ConfigMap, whether it waits for that, and that, where it is there. */
  readonly users: { readonly enabled: boolean; readonly required: boolean; readonly configMap?: SeenUsers };
}

const servicePort = z.object({
  port: z.int(),
  nodePort: z.int().nullish(),
  name: z.string().nullish(),
});
const serviceSpec = z.object({
  externalTrafficPolicy: z.string().nullish(),
  type: z.string().default("ClusterIP"),
  ports: z.array(servicePort).min(1),
});
const serviceStatus = z.object({
  loadBalancer: z.object({
    ingress: z.array(z.object({ ip: z.string().nullish(), hostname: z.string().nullish() })),
  }),
});
const count = z.int().min(0);

/** More are of no use to a peer, which tries them one after the other. */
const MOST_INGRESSES = 16;

function serviceOf({ spec, status }: LiveObject): ApiserverService | undefined {
  const { data } = serviceSpec.safeParse(spec);
  const [port] = data?.ports ?? [];
  if (data === undefined || port === undefined) return undefined;
  const ingress = (serviceStatus.safeParse(status).data?.loadBalancer.ingress ?? [])
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    .slice(0, MOST_INGRESSES);
  return present({
    type: data.type,
    port: port.port,
    nodePort: port.nodePort ?? undefined,
    isLocal: data.externalTrafficPolicy === "Local" ? (true as const) : undefined,
    ingress: {
      addresses: ingress.flatMap(({ ip }) => (ip != null && isIPAddress(ip) ? [ip] : [])),
      hostnames: ingress.flatMap(({ hostname }) => (hostname != null && isHostName(hostname) ? [hostname] : [])),
    },
  });
}

/** A PEM file of a Secret. */
function pemOf(secret: LiveObject | undefined, file: string): string | undefined {
  const text = secret?.data?.[file] ?? "";
  const pem = text.length > 2 * LONGEST_PEM ? "" : Buffer.from(text, "base64").toString();
  return pem === "" ? undefined : pem;
}

function firstCertificate(pem: string | undefined): X509Certificate | undefined {
  return pem === undefined ? undefined : attempt(() => certificateOf(pem).x509);
}

function serverOf(secret: LiveObject, deployment: LiveObject): ApiserverServer | undefined {
  const certificate = pemOf(secret, "tls.crt");
  const x509 = firstCertificate(certificate);
  if (certificate === undefined || x509 === undefined) return undefined;
  const sources = (deployment.spec?.template?.spec.volumes ?? []).map(({ projected }) => projected?.sources ?? []);
  // A bundle is a further source beside the Secret.
  const hasBundle = sources.some(
    (each) => each.some((one) => one.secret?.name === APISERVER_SECRETS.server) && each.length > 1,
  );
  return present({
    certificate,
    trusted: hasBundle ? undefined : pemOf(secret, "ca.crt"),
    helmRelease: secret.metadata.annotations?.[HELM_RELEASE_ANNOTATION],
    ...alternativeNamesOf(x509),
  });
}

function caOf(secret: LiveObject): LiveCa {
  const [certificate = "", privateKey = ""] = [pemOf(secret, "ca.crt"), pemOf(secret, "ca.key")];
  return present({
    certificate: certificate === "" ? undefined : certificate,
    hasKey: (secret.data?.["ca.key"] ?? "") !== "",
    fingerprint: attempt(() => caFingerprint({ certificate, privateKey })),
  });
}

const conditions = z.object({
  conditions: z.array(z.object({ lastTransitionTime: z.string().nullish(), lastUpdateTime: z.string().nullish() })),
});

/** The chart lets no pod of it be unavailable: with one that goes, its condition Available changes. */
function unchangedSince({ status }: LiveObject): Date | undefined {
  const all = conditions.safeParse(status).data?.conditions ?? [];
  const times = all
    .flatMap(({ lastTransitionTime, lastUpdateTime }) => [lastTransitionTime, lastUpdateTime])
    .flatMap((each) => (each == null ? [] : [Date.parse(each)]))
    .filter((each) => !Number.isNaN(each));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

function remoteOf(secret: LiveObject): ApiserverRemote {
  return present({
    certificate: pemOf(secret, "tls.crt"),
    trusted: pemOf(secret, "ca.crt"),
    keyBytes: Buffer.byteLength(secret.data?.["tls.key"] ?? "", "base64"),
  });
}

function usersOf(deployment: LiveObject, configMap: LiveObject | undefined): LiveApiserver["users"] {
  const { containers = [], volumes } = deployment.spec?.template?.spec ?? {};
  const publisher = containers.find(({ name }) => name === APISERVER_CONTAINERS.apiserver) ?? {};
  const waitsFor = (source: { readonly name?: string | undefined; readonly optional?: boolean | null | undefined }) =>
    source.name === REMOTE_USERS && source.optional !== true;
  return present({
    enabled: flagsOf(publisher).get("cluster-users-enabled") === "true",
    required: (volumes ?? []).some(({ configMap: source }) => source !== undefined && waitsFor(source)),
    configMap: configMap && seenUsers(configMap),
  });
}

/**
 * Reads the clustermesh-apiserver of a cluster; `undefined` where its Deployment is not there.
 *
 * @param objects What is there of `APISERVER_OBJECTS`.
 */
export function liveApiserver(objects: readonly LiveObject[]): LiveApiserver | undefined {
  const find = (kind: string, name: string) =>
    objects.find((each) => each.kind === kind && each.metadata.name === name);
  const secret = (name: string) => find("Secret", name);
  const deployment = find("Deployment", APISERVER);
  if (deployment === undefined) return undefined;
  const service = find("Service", APISERVER);
  const [ca, server, remote] = (["ca", "server", "remote"] as const).map((key) => secret(APISERVER_SECRETS[key]));
  const commonName = (name: string) => {
    const certificate = firstCertificate(pemOf(secret(name), "tls.crt"));
    return certificate && commonNameOf(certificate);
  };
  const containers = deployment.spec?.template?.spec.containers ?? [];
  const versions = [APISERVER_SECRETS.admin, APISERVER_SECRETS.local].flatMap(
    (name) => secret(name)?.metadata.resourceVersion ?? [],
  );
  return present({
    containers: containers.flatMap(({ name }) => name ?? []),
    replicas: count.safeParse(deployment.spec?.["replicas"]).data ?? 1,
    readyReplicas: count.safeParse(deployment.status?.["readyReplicas"]).data ?? 0,
    chart: deployment.metadata.labels?.["helm.sh/chart"],
    helmRelease: deployment.metadata.annotations?.[HELM_RELEASE_ANNOTATION],
    service: service && serviceOf(service),
    ca: ca && caOf(ca),
    server: server && serverOf(server, deployment),
    remote: remote && remoteOf(remote),
    unchangedSince: unchangedSince(deployment),
    adminCommonName: commonName(APISERVER_SECRETS.admin),
    localCommonName: commonName(APISERVER_SECRETS.local),
    certificatesVersion: versions.length === 0 ? undefined : versions.join(" "),
    hasHubbleCertificate: secret(HUBBLE_SECRET) === undefined ? undefined : (true as const),
    users: usersOf(deployment, find("ConfigMap", REMOTE_USERS)),
  });
}

/** Whether one of its containers is this one. */
export const runs = (apiserver: LiveApiserver | undefined, container: keyof typeof APISERVER_CONTAINERS): boolean =>
  apiserver?.containers.includes(APISERVER_CONTAINERS[container]) === true;
