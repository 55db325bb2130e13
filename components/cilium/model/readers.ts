import type { Reads } from "../../mesh/model/publication";
import { AGENT_CONTAINER } from "./agentConfig";

/** What reads peers in a pod: an agent their etcds, KVStoreMesh their etcds, or an agent what KVStoreMesh has cached of them. */
export type Reader = "agent" | "kvstoremesh" | "agentOfCache";

/** How a reader is asked, and what it is called. */
interface ReaderWords {
  /** Before the name of its pod. */
  readonly noun: string;
  /** In a sentence. */
  readonly name: string;
  readonly container: string;
  /** Opens new connections to what it reads, and prints what comes of that (`TroubleshootClusterMesh` in Cilium, whichever program runs it). */
  readonly troubleshoot: readonly string[];
  /** What that is called. */
  readonly tool: string;
  /** How its files come to it. */
  readonly mounts: string;
}

const AGENT: ReaderWords = {
  noun: "agent",
  name: "the agent",
  container: AGENT_CONTAINER,
  troubleshoot: ["cilium-dbg", "troubleshoot", "clustermesh"],
  tool: "cilium-dbg troubleshoot",
  mounts: "the agents mount the Secret with the peer files",
};

/** The program that runs KVStoreMesh, by which it is asked too: its image has no shell. */
export const KVSTOREMESH_PROGRAM = ["clustermesh-apiserver", "kvstoremesh-dbg"];

export const READERS: Readonly<Record<Reader, ReaderWords>> = {
  agent: AGENT,
  agentOfCache: AGENT,
  kvstoremesh: {
    noun: "kvstoremesh",
    name: "KVStoreMesh",
    container: "kvstoremesh",
    troubleshoot: [...KVSTOREMESH_PROGRAM, "troubleshoot"],
    tool: "kvstoremesh-dbg troubleshoot",
    mounts: "the pods of clustermesh-apiserver mount the Secret cilium-kvstoremesh",
  },
};

/** What the agents of a cluster are. */
export const agentReader = (reads: Reads | undefined): Reader => (reads === "cached" ? "agentOfCache" : "agent");

/** A pod that was asked, as the property of a diagnostic. */
export const askedPod = (reader: Reader, pod: string, node: string): string =>
  `${READERS[reader].noun} ${pod} on node ${node}, peer`;

/** Where the reader of a diagnostic finds more of it. */
export const seeTroubleshoot = (reader: Reader): string => `see what ${READERS[reader].tool} says below`;
