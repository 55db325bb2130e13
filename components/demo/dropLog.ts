import { errorMessage } from "../basics/errorMessage";
import { cutText } from "../basics/model/bounded";
import { containerOf, agentPods } from "../cilium/agents";
import type { CiliumObjects } from "../cilium/model/agentConfig";
import type { ClusterApi } from "../kubernetes/clusterApi";

/** What a node's agent reports that it drops; not to be had where there is no agent, or it cannot be asked. */
export type DropLog =
  | {
      readonly kind: "listening";
      /** The agent's pod. */
      readonly agent: string;
      /** The lines since the last {@link forget}. */
      lines(): readonly string[];
      forget(): void;
    }
  | { readonly kind: "unavailable"; readonly reason: string };

/**
 * The monitor ends when standard input does: then kubectl has closed it, or is gone together with this program. Killing kubectl alone
 * would leave the monitor in the agent's pod until it has something to write. The limit is for connections that break without a word.
 */
const LISTEN = [
  "exec 3<&0",
  'timeout "$0" cilium-dbg monitor --type drop 3<&- & monitor=$!',
  '{ read -r end <&3; kill "$monitor"; } >/dev/null 2>&1 & wait "$monitor"',
  'kill "$!" 2>/dev/null',
].join("\n");

/** The monitor's last word, on standard error, before it listens. */
const LISTENING = "Press Ctrl-C to quit";

/** For kubectl and the monitor to start, and for its last lines: both take their time on a busy machine. */
const PATIENCE_MS = 30_000;
const MOST_LINES = 5_000;
const LONGEST_LINE = 1_000;

interface Running {
  readonly log: DropLog;
  /** Ends the monitor and waits for its last lines. */
  readonly stop: () => Promise<void>;
}

/**
 * Listens to what the agent of a node drops while something is done. That it cannot listen is no failure: a log is evidence, and not
 * what is to be proved.
 *
 * @param node The node; absent where it is not known.
 * @param use Gets the log and does what is to be logged.
 * @param conclude Gets the log when the last line is in.
 */
export async function withDropLog<T, R>(
  api: ClusterApi,
  cilium: CiliumObjects,
  { node, limitSeconds }: { readonly node: string | undefined; readonly limitSeconds: number },
  use: (log: DropLog) => Promise<T>,
  conclude: (log: DropLog, used: T) => Promise<R>,
): Promise<R> {
  const { log, stop } = await listen(api, cilium, node, limitSeconds);
  const used = await use(log).finally(stop);
  return conclude(log, used);
}

function unavailable(reason: string): Running {
  return { log: { kind: "unavailable", reason }, stop: () => Promise.resolve() };
}

async function listen(
  api: ClusterApi,
  cilium: CiliumObjects,
  node: string | undefined,
  limitSeconds: number,
): Promise<Running> {
  if (node === undefined) return unavailable("the node of protected-db is not known");
  try {
    const agent = (await agentPods(api, cilium)).find((each) => each.node === node);
    return agent === undefined
      ? unavailable(`no agent (${cilium.namespace}, daemonset/${cilium.daemonSet}) runs on node ${node}`)
      : await monitor(api, cilium, agent.pod, limitSeconds);
  } catch (error) {
    return unavailable(errorMessage(error));
  }
}

async function monitor(api: ClusterApi, cilium: CiliumObjects, agent: string, limitSeconds: number): Promise<Running> {
  const running = api.startExec(containerOf("agent", cilium, agent), ["sh", "-c", LISTEN, String(limitSeconds)]);
  const stop = async () => {
    const late = setTimeout(running.end, PATIENCE_MS);
    running.closeInput();
    await running.ended;
    clearTimeout(late);
  };

  let lines: readonly string[] = [];
  let rest = "";
  running.onOutput((text) => {
    const complete = (rest + text).split("\n");
    rest = (complete.pop() ?? "").slice(0, LONGEST_LINE);
    lines = [...lines, ...complete.map((line) => cutText(line, LONGEST_LINE))].slice(-MOST_LINES);
  });
  let said = "";
  const started = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => {
      resolve(false);
    }, PATIENCE_MS);
    running.onError((text) => {
      said += text;
      if (said.includes(LISTENING)) {
        clearTimeout(late);
        resolve(true);
      }
    });
    void running.ended.then(() => {
      clearTimeout(late);
      resolve(false);
    });
  });
  if (!(await started)) {
    await stop();
    return unavailable(said.trim() === "" ? `the monitor of agent ${agent} does not start` : said.trim());
  }
  const forget = () => {
    lines = [];
  };
  return { log: { kind: "listening", agent, lines: () => lines, forget }, stop };
}
