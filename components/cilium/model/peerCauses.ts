import { SIGNS, type Cause, type Sign } from "./causeSigns";
import { READERS, type Reader } from "./readers";

/** What `cilium-dbg troubleshoot clustermesh` prints of one peer, out of its whole output. */
export function troubleshootSection(said: string, peer: string): string | undefined {
  const sections = said.split(/^Cluster (?=")/m).slice(1);
  const own = sections.find((section) => section.startsWith(`"${peer}":`));
  return own?.slice(own.indexOf("\n") + 1).trimEnd();
}

/** The lines of a log that are about a peer, whatever format it is in. */
function linesAbout(log: string, peer: string): readonly string[] {
  const name = new RegExp(`"?clusterName"?[=:] ?"?${peer}(?![-a-z0-9])`);
  return log.split("\n").filter((line) => name.test(line));
}

/** The lines of an agent's log that complain of a peer. */
export const complaintsOf = (log: string, peer: string): readonly string[] =>
  linesAbout(log, peer).filter((line) => /level"?[=:] ?"?(?:warn|error)/i.test(line));

const DELAYED = "Delaying configuration of remote cluster, which is still being removed";
const REPLAYED = "Replaying delayed configuration";

/**
 * Whether KVStoreMesh waits with a peer until it has emptied its cache of it (`pkg/clustermesh/common/clustermesh.go`): it reports that in its log
 * alone, and lists the peer only after that.
 */
export function isBeingEmptied(log: string, peer: string): boolean {
  const last = linesAbout(log, peer).findLast((line) => line.includes(DELAYED) || line.includes(REPLAYED));
  return last?.includes(DELAYED) === true;
}

function read(signs: readonly Sign[], text: string, peer: string, reader: Reader): readonly Cause[] {
  const sign = signs.find(({ pattern }) => pattern.test(text));
  const found = sign?.pattern.exec(text);
  if (sign === undefined || found == null) return [];
  const { name, mounts } = READERS[reader];
  const named: Readonly<Record<string, string>> = { peer, reader: name, mounts };
  const fill = (template: string) =>
    template.replace(/\$(peer|reader|mounts|\d)/g, (_, key: string) => (named[key] ?? found[Number(key)] ?? "").trim());
  return [{ sentence: fill(sign.sentence), fix: fill(sign.fix) }];
}

/**
 * The cause of a peer that is not ready, from what its reader reports and from what it has logged last. What is refused after it has
 * connected is in its log alone.
 */
export function causeOf(peer: string, troubleshoot: string, log: string, reader: Reader = "agent"): Cause | undefined {
  const { troubles, logged } = SIGNS[reader];
  const section = troubleshootSection(troubleshoot, peer) ?? "";
  const last = complaintsOf(log, peer).at(-1) ?? "";
  return [...read(troubles, section, peer, reader), ...read(logged, last, peer, reader)][0];
}
