import { tellingLine } from "../../kubernetes/model/tellingLine";
import { info, type Diagnostic } from "../../mesh/model/diagnostic";

/** How a cluster that has answered was asked. */
export interface Answered {
  /** How long its answers took, once kubectl had started. */
  readonly seconds: number;
  /** How long kubectl took to start. */
  readonly startSeconds: number;
  /** Why the tries before came to nothing. */
  readonly failed: readonly string[];
}

/** What takes longer than this is worth a word. */
export const SLOW_SECONDS = 5;

const rounded = (seconds: number): string => String(Math.round(seconds));

function slowCluster(cluster: string, { seconds, failed }: Answered, limitSeconds: number): readonly Diagnostic[] {
  const tries = failed.length + 1;
  const why = failed.map(tellingLine).join(", ");
  const reasons = [
    ...(seconds > SLOW_SECONDS ? [`took ${rounded(seconds)} s to answer`] : []),
    ...(tries > 1 ? [`answered only when it was asked ${tries} times (${why})`] : []),
  ];
  if (reasons.length === 0) return [];
  const fix =
    `look at the network and the API server where that stays so; a cluster counts as unreachable after ${limitSeconds} s ` +
    "without an answer (clustermesh:wait.preflight)";
  return [info({ cluster, property: "API server", reason: reasons.join(", and "), fix })];
}

/** What a busy machine took, and no cluster. */
function slowStart(answered: readonly Answered[]): readonly Diagnostic[] {
  const longest = Math.max(0, ...answered.map(({ startSeconds }) => startSeconds));
  const reason = `took up to ${rounded(longest)} s to start`;
  const fix =
    "this machine is busy: checks take that long whatever the clusters do, and none of it counts as their silence";
  return longest > SLOW_SECONDS ? [info({ property: "kubectl", reason, fix })] : [];
}

/** What was slow, or took more than one try, though every cluster has answered in the end. */
export function slowAnswers(answered: ReadonlyMap<string, Answered>, limitSeconds: number): readonly Diagnostic[] {
  const clusters = [...answered].flatMap(([cluster, each]) => slowCluster(cluster, each, limitSeconds));
  return [...clusters, ...slowStart([...answered.values()])];
}
