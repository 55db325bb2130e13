import { preflight as inspectMesh, type Preflight } from "../../components";
import type { Configuration } from "../configuration/schema";
import { meshArguments } from "./arguments";
import type { Environment } from "./environment";
import { judgeFormerState } from "./formerState";
import { readOwnOutputs } from "./ownOutputs";
import { rangesBefore } from "./rangesBefore";

/**
 * Inspects the clusters of a stack, with what its last `up` has left.
 *
 * @param writes Whether the run goes on to write: then what it may not do is an error by now.
 */
export async function preflight(
  configuration: Configuration,
  environment: Environment,
  writes = false,
): Promise<Preflight> {
  const args = meshArguments({ configuration, environment });
  if (configuration.wait.preflight === false) {
    return inspectMesh(args, { writes });
  }
  const last = readOwnOutputs();
  const [live, { diagnostics: unread }] = await Promise.all([
    inspectMesh(args, { writes, recorded: last.then(({ recorded }) => recorded), rangesBefore }),
    last,
  ]);
  const former = await judgeFormerState(configuration, environment, live.seenPeers);
  return { ...live, diagnostics: [...live.diagnostics, ...unread, ...former] };
}
