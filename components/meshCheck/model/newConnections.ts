import { causeOf, troubleshootSection } from "../../cilium/model/peerCauses";
import { error, type Diagnostic } from "../../mesh/model/diagnostic";

/** What an agent reports of its peers' etcds when it opens new connections to them, with the files that it has now. */
export interface Dialled {
  readonly cluster: string;
  readonly agent: string;
  readonly node: string;
  /** What `cilium-dbg troubleshoot clustermesh` has printed, or why there is nothing of it. */
  readonly said: { readonly text: string } | { readonly error: string };
}

const OPENED = /✅ Etcd connection successfully established/;

/**
 * The declared peers to whose etcd an agent opens no new connection, with the cause where it is known. One that it has had for long hides
 * a certificate that has expired or does not fit any more, until it breaks.
 */
export function connectionProblems(
  peers: readonly string[],
  { cluster, agent, node, said }: Dialled,
): readonly Diagnostic[] {
  const externalPeers = peers.filter((peer) => peer !== cluster);
  return externalPeers.flatMap((peer): readonly Diagnostic[] => {
    const text = "text" in said ? said.text : "";
    if (OPENED.test(troubleshootSection(text, peer) ?? "")) return [];
    const cause = causeOf(peer, text, "");
    const why = "error" in said ? said.error : cause?.sentence;
    const reason = `gets no new connection to its etcd${why === undefined ? "" : `: ${why}`}`;
    const fix = cause?.fix ?? "see what cilium-dbg troubleshoot says below";
    return [error({ cluster, property: `agent ${agent} on node ${node}, peer`, value: peer, reason, fix })];
  });
}
