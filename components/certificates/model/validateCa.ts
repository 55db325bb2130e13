import { compact } from "../../basics/model/lists";
import { present } from "../../basics/model/own";
import { error, warning, type Diagnostic } from "../../mesh/model/diagnostic";
import { readCa, type Part, type ReadCa } from "./adoptedCa";
import { DAY_MS } from "./lifetimes";
import type { AdoptedCA } from "../../settings/model/ca";
import type { Certificate } from "./x509/certificate";
import { chainFault, isForServers, signingFault } from "./x509/chain";
import { permits } from "./x509/nameConstraints";
import { weakness } from "./x509/weak";

/** Where a CA is in the configuration: `clustermesh:ca`, or `etcd.ca` of a cluster. */
export interface CaPlace {
  readonly cluster?: string;
  readonly property: string;
}

type Say = (property: string, reason: string, fix: string, value?: string) => Diagnostic;

function speaker({ cluster, property }: CaPlace): Say {
  return (part, reason, fix, value) => error(present({ cluster, property: `${property}.${part}`, value, reason, fix }));
}

function caProblems(property: string, ca: Certificate, now: Date, say: Say): readonly Diagnostic[] {
  const fault = signingFault(ca);
  const hasEnded = ca.ends < now;
  const isEarly = !hasEnded && ca.begins > now;
  return compact([
    fault && say(property, fault.reason, fault.fix, ca.subject),
    hasEnded && say(property, "has expired", "give a CA that is still valid", ca.x509.validTo),
    isEarly && say(property, "is not valid yet", "wait until then, or give another CA", ca.x509.validFrom),
  ]);
}

function chainProblems({ chain, key, belongs }: ReadCa, now: Date, say: Say): readonly Diagnostic[] {
  if (chain.is === "unusable") return [];
  const { certificates, unrelated } = chain.part;
  const own = certificates.flatMap((ca) => caProblems("certificate", ca, now, say));
  const [signer] = certificates;
  if (signer === undefined || key.is === "unusable") return own;
  if (!belongs) {
    const [reason, fix] = ["(hidden) does not belong to the certificate", "give the key of this very certificate"];
    return [...own, say("privateKey", reason, fix, signer.subject)];
  }
  const broken = own.length > 0 ? undefined : chainFault(chain.part);
  const soon = own.length === 0 && signer.ends.getTime() - now.getTime() < DAY_MS;
  return compact([
    ...own,
    broken && say("certificate", broken.fault.reason, broken.fault.fix, broken.at.subject),
    ...unrelated.map(({ subject }) =>
      say("certificate", "has not signed the CA of the key", "give further CAs in trusted", subject),
    ),
    soon && say("certificate", "ends in less than a day", "give a CA that lasts", signer.x509.validTo),
  ]);
}

const usable = <T>(parts: readonly Part<T>[]) => parts.flatMap((each) => (each.is === "usable" ? [each.part] : []));

/** The CAs with which agents verify an etcd's certificate. */
function verifying({ chain, trusted }: ReadCa): readonly Certificate[] {
  return [...usable([chain]).flatMap(({ certificates }) => certificates), ...usable(trusted)];
}

/** A certificate that the name constraints of every trusted CA forbid is refused by every agent. */
function serverProblems(authority: ReadCa, hosts: readonly string[], say: Say): readonly Diagnostic[] {
  const all = verifying(authority);
  const forServers = all.filter(isForServers);
  if (all.length > 0 && forServers.length === 0) {
    const fix = "put the CA that has signed the etcds' certificates into trusted";
    return [say("certificate", "is not for servers (extended key usage)", fix, all[0]?.subject)];
  }
  return [...new Set(hosts)]
    .filter((host) => {
      const constraints = forServers.map(({ extensions }) => extensions.nameConstraints);
      return forServers.length > 0 && constraints.every((each) => each !== undefined && !permits(each, host));
    })
    .map((host) =>
      say("certificate", "may not sign for this endpoint (name constraints)", "name the etcd as its CA allows", host),
    );
}

/**
 * Whether a CA can sign for a cluster's etcd, as the Go programs judge it that use it: agents, etcd and the `tls` plugin. Each part can be
 * read, the key belongs to the certificate, it is a CA, valid now and for what it is to do, and so are those above it. The same of further
 * CAs that are trusted, but for the key.
 *
 * @param hosts Names and addresses under which its etcds are dialled.
 */
export function validateAdoptedCa(
  at: CaPlace,
  authority: AdoptedCA,
  now: Date,
  hosts: readonly string[] = [],
): readonly Diagnostic[] {
  const say = speaker(at);
  const read = readCa(authority);
  const broken = (part: Part<unknown>, hidden = "") =>
    part.is === "unusable" ? [say(part.property, `${hidden}${part.fault.reason}`, part.fault.fix)] : [];
  const trusted = read.trusted.flatMap((part) =>
    part.is === "usable" ? caProblems(part.property, part.part, now, say) : broken(part),
  );
  const chain = [...broken(read.chain), ...broken(read.key, "(hidden) "), ...chainProblems(read, now, say)];
  const all = [...chain, ...trusted];
  return all.length > 0 ? all : serverProblems(read, hosts, say);
}

/** What is weak in an adopted CA, and no reason to stop. */
export function caWarnings(at: CaPlace, authority: AdoptedCA): readonly Diagnostic[] {
  const say = speaker(at);
  const read = readCa(authority);
  const own = usable([read.chain]).flatMap(({ certificates }) =>
    certificates.map((ca) => ["certificate", ca] as const),
  );
  const trusted = read.trusted.flatMap((part) => (part.is === "usable" ? [[part.property, part.part] as const] : []));
  return [...own, ...trusted].flatMap(([property, ca]) => {
    const weak = weakness(ca);
    return weak === undefined
      ? []
      : [warning(say(property, weak, "replace it by a CA of today, one step of a rotation at a time", ca.subject))];
  });
}
