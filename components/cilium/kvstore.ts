import { chunks, lotsOf } from "../basics/model/lists";
import { withEach } from "../command/until";
import type { ClusterApi } from "../kubernetes/clusterApi";
import { agentPods, AGENTS_AT_ONCE, inAgent, ONLY_EXEC_SECONDS, type AgentPod } from "./agents";
import type { CiliumObjects } from "./model/agentConfig";

/** A cluster's etcd as one of its agents reaches it: with the agent's own credentials, so this needs none. */
export interface Kvstore {
  readonly list: (prefix: string) => Promise<string>;
  /** Sets keys to values, which have no lease: they stay. */
  readonly set: (entries: readonly (readonly [key: string, value: string])[]) => Promise<void>;
  /** Does that with keys under a prefix, but for those that are there: others may make some meanwhile, and theirs stay as they are. */
  readonly add: (prefix: string, entries: readonly (readonly [key: string, value: string])[]) => Promise<void>;
  readonly deletePrefix: (prefix: string) => Promise<void>;
  readonly deleteKeys: (keys: readonly string[]) => Promise<void>;
}

/** So many keys go to the agent at once, as arguments and so in a URL: a proxy before the API server may not take a long one. */
const KEYS_AT_ONCE = 20;

/** Deletes its arguments, and goes on after one that is gone by now. */
const DELETE_SCRIPT = `for key; do cilium-dbg kvstore delete "$key" || failed=1; done; exit "\${failed:-0}"`;

/** Sets its arguments, a key and its value by turns. */
const SET_SCRIPT =
  'while [ $# -gt 1 ]; do cilium-dbg kvstore set --key "$1" --value "$2" || failed=1; shift 2; done; exit "${failed:-0}"';

/** Does that but for keys that are there: it looks once for all of them, just before, at what is under its first argument. */
const ADD_SCRIPT =
  'there=$(cilium-dbg kvstore get --recursive "$1") || exit 1; shift; while [ $# -gt 1 ]; do case "$there" in *"$1 => "*) ;; ' +
  '*) cilium-dbg kvstore set --key "$1" --value "$2" || failed=1 ;; esac; shift 2; done; exit "${failed:-0}"';

/** Of keys with their values, which are longer: so much goes at once. */
const LOT_BYTES = 4096;

/** A lot of arguments, and the agents that may take it: the second where the first fails, for it may be the next to be restarted. */
interface Lot {
  readonly args: readonly string[];
  readonly takers: readonly AgentPod[];
}

/** Each agent takes one of them after the other: a process for each key takes a while, and a cluster with many keys has many agents. */
const spread = (lots: readonly (readonly string[])[], agents: readonly AgentPod[]): readonly Lot[] =>
  lots.map((args, index) => {
    const from = index % agents.length;
    return { args, takers: [...agents.slice(from), ...agents.slice(0, from)].slice(0, 2) };
  });

/**
 * The etcd of a cluster, by the agents that are ready: the first of them reads, all of them write; `undefined` where there are no agents.
 *
 * @throws Error when there are some and none of them is ready.
 */
export async function openKvstore(api: ClusterApi, cilium: CiliumObjects): Promise<Kvstore | undefined> {
  const agents = await agentPods(api, cilium);
  if (agents.length === 0) return undefined;
  const ready = agents.filter((agent) => agent.ready);
  const [first] = ready;
  if (first === undefined) throw new Error("no agent is ready");
  const run = ({ pod }: AgentPod, command: readonly string[]): Promise<string> =>
    inAgent(api, cilium, pod, command, ONLY_EXEC_SECONDS);
  const kvstore = (...args: readonly string[]): Promise<string> => run(first, ["cilium-dbg", "kvstore", ...args]);
  const inLots = async (what: string, lots: readonly (readonly string[])[], command: readonly string[]) => {
    const atOnce = Math.min(AGENTS_AT_ONCE, ready.length);
    await withEach(what, spread(lots, ready), atOnce, async ({ args, takers: [taker = first, other = taker] }) => {
      const lot = [...command, ...args];
      await run(taker, lot).catch(() => run(other, lot));
    });
  };
  const write = (entries: readonly (readonly [string, string])[], command: readonly string[]) => {
    const lots = lotsOf(entries, LOT_BYTES, (entry) => entry.join("").length);
    return inLots(
      "keys of etcd set, in lots",
      lots.map((lot) => lot.flat()),
      command,
    );
  };
  return {
    list: (prefix) => kvstore("get", "--recursive", prefix),
    set: (entries) => write(entries, ["bash", "-c", SET_SCRIPT, "set"]),
    add: (prefix, entries) => write(entries, ["bash", "-c", ADD_SCRIPT, "add", prefix]),
    deletePrefix: async (prefix) => {
      await kvstore("delete", "--recursive", prefix);
    },
    deleteKeys: (keys) =>
      inLots(`keys of etcd deleted, in lots of ${KEYS_AT_ONCE}`, chunks(keys, KEYS_AT_ONCE), [
        ...["bash", "-c", DELETE_SCRIPT, "delete"],
      ]),
  };
}
