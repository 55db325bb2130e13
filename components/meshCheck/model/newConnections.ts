import { causeOf, troubleshootSection } from "../../cilium/model/peerCauses";
import { askedPod, seeTroubleshoot, type Reader } from "../../cilium/model/readers";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";

/** What an agent, or KVStoreMesh, reports of its peers' etcds when it opens new connections to them, with the files that it has now. */
export interface Dialled {
  readonly cluster: string;
  /** The name of its pod. */
  readonly agent: string;
  readonly node: string;
  /** What was asked in it. @default "agent" */
  readonly reader?: Reader;
  /** What its troubleshoot has printed, or why there is nothing of it. */
  readonly said: { readonly text: string } | { readonly error: string };
}

const OPENED = /✅ Etcd connection successfully established/;

/**
 * The declared peers to whose etcd an agent opens no new connection, with the cause where it is known. A connection that it has had for long hides
 * a certificate that has expired or does not fit any more, until it breaks.
 */
export function connectionProblems(
  peers: readonly string[],
  { cluster, agent, node, reader = "agent", said }: Dialled,
): readonly Diagnostic[] {
  const externalPeers = peers.filter((peer) => peer !== cluster);
  return externalPeers.flatMap((peer): readonly Diagnostic[] => {
    const text = "text" in said ? said.text : "";
    if (OPENED.test(troubleshootSection(text, peer) ?? "")) return [];
    const cause = causeOf(peer, text, "", reader);
    const why = "error" in said ? said.error : cause?.sentence;
    const reason = `gets no new connection to its etcd${why === undefined ? "" : `: ${why}`}`;
    const fix = cause?.fix ?? seeTroubleshoot(reader);
    return [error({ cluster, property: askedPod(reader, agent, node), value: peer, reason, fix })];
  });
}
