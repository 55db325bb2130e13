import type { Kubectl } from "../kubectl";
import type { CiliumObjects } from "../model/agentConfig";
import { agentPods, inAgent, ONLY_EXEC_SECONDS } from "./agents";

/** A cluster's etcd as one of its agents reaches it: with the agent's own credentials, so this needs none. */
export interface Kvstore {
  readonly list: (prefix: string) => Promise<string>;
  readonly deletePrefix: (prefix: string) => Promise<void>;
  readonly deleteKeys: (keys: readonly string[]) => Promise<void>;
}

/** So many keys go to the agent at once, as arguments and so in a URL: a proxy before the API server may not take a long one. */
const KEYS_AT_ONCE = 20;

/** Deletes its arguments, and goes on after one that is gone by now. */
const DELETE_SCRIPT = `for key; do cilium-dbg kvstore delete "$key" || failed=1; done; exit "\${failed:-0}"`;

/**
 * The etcd of a cluster, by an agent that is ready; `undefined` where there are no agents.
 *
 * @throws Error when there are some and none of them is ready.
 */
export async function openKvstore(kubectl: Kubectl, names: CiliumObjects): Promise<Kvstore | undefined> {
  const agents = await agentPods(kubectl, names);
  if (agents.length === 0) {
    return undefined;
  }
  const agent = agents.find(({ ready }) => ready);
  if (agent === undefined) {
    throw new Error("no agent is ready");
  }
  const run = (command: readonly string[]): Promise<string> =>
    inAgent(kubectl, names, agent.pod, command, ONLY_EXEC_SECONDS);
  const kvstore = (...args: readonly string[]): Promise<string> => run(["cilium-dbg", "kvstore", ...args]);
  return {
    list: (prefix) => kvstore("get", "--recursive", prefix),
    deletePrefix: async (prefix) => {
      await kvstore("delete", "--recursive", prefix);
    },
    deleteKeys: async (keys) => {
      for (let first = 0; first < keys.length; first += KEYS_AT_ONCE) {
        await run(["bash", "-c", DELETE_SCRIPT, "delete", ...keys.slice(first, first + KEYS_AT_ONCE)]);
      }
    },
  };
}
