import { adoptedTrust } from "../components";
import { readCertificates } from "../components/model/certificates";
import { judgeEnding, type Ending, type Renewal } from "../components/model/expiry";
import { trustOf, type AuthorityTrust } from "../components/model/generation";
import { SHARED_AUTHORITY } from "../components/model/peerFile";
import type { RotationPolicy } from "../components/model/preflight/judgeRotation";
import type { Problem } from "../components/model/problem";
import type { Environment } from "./environment";
import type { AdoptedCA, Configuration } from "./schema";

/** A CA of another stack: that one renews it in time, if somebody runs it. */
const RENEWED_ELSEWHERE: Renewal = {
  by: "person",
  how: "pulumi up of the authority stack renews it, and pulumi up here brings it to the clusters; restart every etcd after that, before it ends",
};

interface Adopted {
  readonly authority: string;
  readonly at: { readonly cluster?: string; readonly property: string };
  readonly ca: AdoptedCA;
}

/** The adopted CAs with their places in the configuration. */
function adoptedOf({ authority, ca, clusters }: Configuration): readonly Adopted[] {
  if (authority === "generated") {
    return [];
  }
  if (ca !== undefined) {
    return [{ authority: SHARED_AUTHORITY, at: { property: "clustermesh:ca" }, ca }];
  }
  return Object.entries(clusters).flatMap(([cluster, { etcd, gone }]): Adopted[] =>
    etcd.ca === undefined || gone === true
      ? []
      : [{ authority: cluster, at: { cluster, property: "etcd.ca" }, ca: etcd.ca }],
  );
}

/** Who is to sign and what is to be trusted; nothing of a CA that cannot be read, which is a problem already. */
function wantedTrust(configuration: Configuration, environment: Environment): Readonly<Record<string, AuthorityTrust>> {
  if (environment.authority.kind === "published") {
    const known = Object.entries(environment.authority.signing).map(([name, { trust }]) => [name, trust] as const);
    return Object.fromEntries(known);
  }
  if (configuration.authority === "generated") {
    const { authority } = environment.settings.generation;
    return { [SHARED_AUTHORITY]: trustOf(authority[0] ?? 1, authority) };
  }
  const known = adoptedOf(configuration).flatMap(({ authority, ca }) => {
    try {
      return [[authority, adoptedTrust([ca.certificate, ...(ca.trusted ?? [])])] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(known);
}

/** How the certificates of the live clusters are to be judged. */
export function rotationPolicy(
  configuration: Configuration,
  environment: Environment,
  authorities: readonly string[],
): RotationPolicy {
  const { settings } = environment;
  const { client, server } = settings.generation;
  return {
    ...settings,
    wanted: {
      record: { client, server, authorities: wantedTrust(configuration, environment) },
      authority: configuration.authority,
    },
    authorities,
    generated: configuration.authority === "generated",
    ...(environment.authority.kind === "published" ? { authorityRenewal: RENEWED_ELSEWHERE } : {}),
    warningDays: configuration.expiryWarningDays,
  };
}

/** Adopted CAs that end soon: nobody else renews them. */
export function adoptedEndings(configuration: Configuration, now: Date): readonly Problem[] {
  const follow =
    "put its successor into trusted, pulumi up, restart the etcds with both in their --trusted-ca-file, then let the successor sign and keep this one in trusted, and drop it in the end";
  return adoptedOf(configuration)
    .flatMap(({ at, ca }) => {
      const ending = (property: string, pem: string, how: string): readonly Ending[] =>
        readCertificates(pem).map(({ subject, ends }) => ({
          ...(at.cluster === undefined ? {} : { cluster: at.cluster }),
          what: `${at.property}.${property} ${JSON.stringify(subject)}`,
          ends,
          renewal: { by: "person", how },
        }));
      const trusted = (ca.trusted ?? []).flatMap((pem, index) =>
        ending(`trusted[${String(index)}]`, pem, "drop it, or give its successor"),
      );
      return [...ending("certificate", ca.certificate, follow), ...trusted];
    })
    .flatMap((each) => judgeEnding(each, configuration.expiryWarningDays, now)?.problem ?? []);
}
